# What find_package(Slicer) finds when cmake runs with -DSlicer_DIR=<this folder>: a stand-in for a Slicer build, so that the
# extension's CMake files can be tried where there is none (test_flat_folder.py does). It installs the files that Slicer 5.12
# would, in the same places, and registers tests of the same names, which cannot run.

set(Slicer_QTSCRIPTEDMODULES_LIB_DIR lib/Slicer-5.12/qt-scripted-modules)
set(Slicer_USE_FILE ${CMAKE_CURRENT_LIST_DIR}/StandInMacros.cmake)
set(Slicer_EXTENSION_GENERATE_CONFIG ${CMAKE_CURRENT_LIST_DIR}/StandInPackage.cmake)
set(Slicer_EXTENSION_CPACK ${CMAKE_CURRENT_LIST_DIR}/StandInPackage.cmake)
