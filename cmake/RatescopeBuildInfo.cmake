# Version, commit and dirty flag of the program, asked of git at each build (not only at configure time), in
# build_info.cpp. The build id that plugins are checked against is the hash of the headers that the
# plugin interface is made of, with compiler and build type, so that an unrelated commit keeps plugins valid.
set(RATESCOPE_BUILD_INFO ${CMAKE_BINARY_DIR}/generated/build_info.cpp)
add_custom_target(ratescope-build-info
  COMMAND ${CMAKE_COMMAND}
    -DSOURCE_DIR=${CMAKE_SOURCE_DIR} -DOUTPUT=${RATESCOPE_BUILD_INFO} -DVERSION=${PROJECT_VERSION}
    "-DCOMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION} ${CMAKE_BUILD_TYPE} ${RATESCOPE_SANITIZE}"
    -P ${CMAKE_SOURCE_DIR}/cmake/WriteBuildInfo.cmake
  BYPRODUCTS ${RATESCOPE_BUILD_INFO} VERBATIM)
