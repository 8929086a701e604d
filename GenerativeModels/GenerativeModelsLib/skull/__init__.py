"""The fetal skull: planes, population, simulated ultrasound, reconstruction, biometry."""
