# Warnings are errors in every target of the project; third-party headers come in as SYSTEM.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wimplicit-fallthrough -Werror)
# Designated initialisers name what is set; the rest has its default in the struct.
add_compile_options(-Wno-missing-field-initializers)
# Files that are compiled together see each other's unnamed namespaces. The presets dev and tidy compile each file for
# itself and have these warnings.
add_compile_options($<$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>:-Wno-shadow>
  $<$<AND:$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>,$<CXX_COMPILER_ID:GNU>>:-Wno-subobject-linkage>)
# g++ 12 sees overlaps in the concatenation of short strings that are not there (GCC bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  add_compile_options(-Wno-restrict)
endif()
# One rounding on every compiler: g++ contracts a*b+c by default where the target has FMA, clang does not.
add_compile_options(-ffp-contract=off)
if(RATESCOPE_SANITIZE)
  add_compile_options(-fsanitize=${RATESCOPE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${RATESCOPE_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # The sanitizers' own code makes g++ see paths that are not there, as its manual says of -fsanitize.
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
endif()
if(RATESCOPE_FUZZ)
  # Coverage for libFuzzer everywhere; its main only in the fuzzers themselves (-fsanitize=fuzzer).
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
