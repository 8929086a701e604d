"""Trainings of the models that HiREC-CVAE is compared with."""
