# ratescope_precompile(target header...): the headers are compiled once for this target and all that reuse them.
function(ratescope_precompile target)
  target_precompile_headers(${target} PRIVATE ${ARGN})
  ratescope_cache_precompiled(${target})
endfunction()

# ratescope_reuse_precompiled(target owner): what `owner` has precompiled; their options have to be the same.
function(ratescope_reuse_precompiled target owner)
  target_precompile_headers(${target} REUSE_FROM ${owner})
  ratescope_cache_precompiled(${target})
endfunction()

# Lets ccache keep what a target with precompiled headers compiles: its manual asks for these options and settings.
function(ratescope_cache_precompiled target)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -fpch-preprocess)
  else()
    target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
  if(CCACHE)
    set_target_properties(${target} PROPERTIES CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime;${CCACHE}")
  endif()
endfunction()
