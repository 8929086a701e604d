"""The pages of the left ventricle."""
