"""The parts of the module FetalSkullReconstruction: one file a part of its panel, its run, its sample and its tests.

They may use Qt and `slicer.app`; what MRML alone can do is in GenerativeModelsScene, what needs neither in
GenerativeModelsLib. Nothing here imports torch: a worker process does (`case_run`).
"""
