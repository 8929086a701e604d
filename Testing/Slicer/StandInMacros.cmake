# Stand-ins for the macros of Slicer that the extension calls; their arguments are checked as Slicer's are.

include(CTest)

# Like Slicer's, which copies the listed files into the build tree and installs the whole of its folder of scripted modules.
macro(slicerMacroBuildScriptedModule)
  cmake_parse_arguments(MODULE "WITH_GENERIC_TESTS" "NAME" "SCRIPTS;RESOURCES" ${ARGN})
  if(MODULE_UNPARSED_ARGUMENTS OR NOT MODULE_NAME)
    message(FATAL_ERROR "slicerMacroBuildScriptedModule: NAME is missing or unknown: ${MODULE_UNPARSED_ARGUMENTS}")
  endif()
  foreach(file IN LISTS MODULE_SCRIPTS MODULE_RESOURCES)
    if(IS_ABSOLUTE ${file} OR NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${file})
      message(FATAL_ERROR "${MODULE_NAME} lists a file that is not there: ${file}")
    endif()
    configure_file(${file} ${CMAKE_BINARY_DIR}/${Slicer_QTSCRIPTEDMODULES_LIB_DIR}/${file} COPYONLY)
  endforeach()
  install(
    DIRECTORY ${CMAKE_BINARY_DIR}/${Slicer_QTSCRIPTEDMODULES_LIB_DIR}/
    DESTINATION ${Slicer_QTSCRIPTEDMODULES_LIB_DIR}
    )
  if(BUILD_TESTING AND MODULE_WITH_GENERIC_TESTS)
    stand_in_add_test(py_nomainwindow_qSlicer${MODULE_NAME}ModuleGenericTest)
  endif()
endmacro()

macro(slicer_add_python_unittest)
  cmake_parse_arguments(UNITTEST "" "TESTNAME_PREFIX;SCRIPT" "SLICER_ARGS" ${ARGN})
  if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${UNITTEST_SCRIPT})
    message(FATAL_ERROR "slicer_add_python_unittest names a script that is not there: ${UNITTEST_SCRIPT}")
  endif()
  get_filename_component(test_name ${UNITTEST_SCRIPT} NAME_WE)
  stand_in_add_test(py_${UNITTEST_TESTNAME_PREFIX}${test_name})
endmacro()

function(stand_in_add_test name)
  add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -E echo "This test runs in Slicer alone.")
  set_tests_properties(${name} PROPERTIES DISABLED TRUE)
endfunction()
