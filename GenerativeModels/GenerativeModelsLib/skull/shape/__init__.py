"""Head shapes as surfaces and fields, biometry, and growth charts."""
