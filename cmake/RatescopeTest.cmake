# ratescope_test(name SOURCES file... [LINK target...] [TIMEOUT seconds] [ON_X])
# One Qt Test program, run by ctest with the data folder and the built programs in its environment. Moc (Qt 6.4)
# can't read the standard library's C++20 headers: without the compiler's predefined macros it takes them as C++17.
# ON_X: on a virtual X server of its own, as a person has it, with focus, popups and a keyboard that can be grabbed;
# one such test at a time, since xvfb-run takes the first number that is free.
function(ratescope_test name)
  cmake_parse_arguments(arg "ON_X" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  if(RATESCOPE_SANITIZE)
    math(EXPR arg_TIMEOUT "8 * ${arg_TIMEOUT}")  # as tests/patience.h
  endif()
  add_executable(test-${name} ${arg_SOURCES})
  set_target_properties(test-${name} PROPERTIES AUTOMOC ON AUTOMOC_COMPILER_PREDEFINES OFF
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_link_libraries(test-${name} PRIVATE Qt6::Core Qt6::Test ${arg_LINK})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # Initialiser lists of structs with optional members, as tests are full of, give false warnings under -O2.
    target_compile_options(test-${name} PRIVATE -Wno-maybe-uninitialized)
  endif()
  if(arg_ON_X)
    add_test(NAME ${name} COMMAND xvfb-run --auto-servernum "--server-args=-screen 0 1920x1200x24" $<TARGET_FILE:test-${name}>)
    set_tests_properties(${name} PROPERTIES RESOURCE_LOCK x-server)
    set(platform xcb)
  else()
    add_test(NAME ${name} COMMAND test-${name})
    set(platform offscreen)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}"
    ENVIRONMENT "QT_QPA_PLATFORM=${platform};RATESCOPE_SOURCE=${CMAKE_SOURCE_DIR};RATESCOPE_BUILD=${CMAKE_BINARY_DIR}")
endfunction()
