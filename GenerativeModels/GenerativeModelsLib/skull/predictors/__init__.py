"""Models that predict a head from its borders: those that HiREC-CVAE is compared with, and their files."""
