"""The left ventricle: label maps, measurement, population, latent space and report."""
