# ratescope_plugin(FAMILY SOURCES file... [LINK target...] [OUTPUT folder])
# One shared library a family, one file a system. The build writes <family>.json (the manifests) beside the
# library, so that palette, help, completion and manual need no plugin loaded.
function(ratescope_plugin family)
  cmake_parse_arguments(arg "" "OUTPUT" "SOURCES;LINK" ${ARGN})
  if(NOT arg_OUTPUT)
    set(arg_OUTPUT ${CMAKE_BINARY_DIR}/plugins)
  endif()
  set(target ratescope-plugin-${family})
  add_library(${target} MODULE ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE ratescope-media ${arg_LINK})
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME ratescope-${family} LIBRARY_OUTPUT_DIRECTORY ${arg_OUTPUT})
  add_custom_command(TARGET ${target} POST_BUILD
    COMMAND ratescope-worker --describe $<TARGET_FILE:${target}> --output ${arg_OUTPUT}/${family}.json VERBATIM)
  add_dependencies(${target} ratescope-worker)
  set_property(GLOBAL APPEND PROPERTY RATESCOPE_PLUGINS ${target})
endfunction()
