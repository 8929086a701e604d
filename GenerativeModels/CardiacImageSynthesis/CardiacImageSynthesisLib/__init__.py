"""Parts of the module CardiacImageSynthesis: panel, method, preview, case, results and tests.

There is one file per part of the panel. The files may use Qt and `slicer.app`. Parts shared by all modules are in
GenerativeModelsDesktop, code on MRML without Qt in GenerativeModelsScene, code without both in GenerativeModelsLib.
"""
