# Stand-in for what Slicer does last: refuses what its packaging would refuse, and writes the extension's description.

include_guard()

foreach(name IN ITEMS EXTENSION_README_FILE EXTENSION_LICENSE_FILE)
  if(NOT EXISTS "${${name}}")
    message(FATAL_ERROR "${name} is not there: ${${name}}")
  endif()
endforeach()

set(description "")
foreach(name IN ITEMS HOMEPAGE CONTRIBUTORS DESCRIPTION ICONURL SCREENSHOTURLS DEPENDS CATEGORY TIER KEYWORDS)
  # Slicer hands the values on unquoted, where a semicolon would cut them in two.
  if(NOT EXTENSION_${name} OR "${EXTENSION_${name}}" MATCHES ";")
    message(FATAL_ERROR "EXTENSION_${name} is empty or holds a semicolon: ${EXTENSION_${name}}")
  endif()
  string(TOLOWER ${name} key)
  string(APPEND description "${key} ${EXTENSION_${name}}\n")
endforeach()
file(WRITE ${CMAKE_BINARY_DIR}/${PROJECT_NAME}.s4ext "${description}")
install(FILES ${CMAKE_BINARY_DIR}/${PROJECT_NAME}.s4ext DESTINATION share/Slicer-5.12)
