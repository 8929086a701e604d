"""The repair of cardiac segmentations: small changes where rules are broken, and nothing else."""
