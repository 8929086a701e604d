"""Benchmark of the methods that predict a head from its planes, and ablations of HiREC-CVAE."""
