# ratescope_cuda_library(target source)
# lib/lib<target>.so out of one source that nvcc compiles, for Ampere (sm_80) and Hopper (sm_90) and, as PTX, for what
# comes after. Without nvcc there is no such target. scripts/setup --cuda-compiler brings nvcc; RATESCOPE_CUDA, in the
# environment or as a CMake variable, names a CUDA of a person's own (with bin/, include/ and lib/ or lib64/). CMake's own
# support of CUDA would hand every option of the C++ compiler to nvcc, so this calls it.
if(DEFINED ENV{RATESCOPE_CUDA})
  set(cuda_folder "$ENV{RATESCOPE_CUDA}")
elseif(DEFINED ENV{XDG_CACHE_HOME})
  set(cuda_folder "$ENV{XDG_CACHE_HOME}/ratescope/cuda-13.2.86")
else()
  set(cuda_folder "$ENV{HOME}/.cache/ratescope/cuda-13.2.86")
endif()
set(RATESCOPE_CUDA "${cuda_folder}" CACHE PATH "CUDA's folder, with its compiler")
find_program(RATESCOPE_NVCC nvcc PATHS "${RATESCOPE_CUDA}/bin" NO_DEFAULT_PATH)
find_file(RATESCOPE_CUDART libcudart.so.13 PATHS "${RATESCOPE_CUDA}/lib" "${RATESCOPE_CUDA}/lib64" NO_DEFAULT_PATH)
mark_as_advanced(RATESCOPE_NVCC RATESCOPE_CUDART)

function(ratescope_cuda_library target source)
  set(folder ${CMAKE_BINARY_DIR}/lib)
  # A sanitizer and CUDA's driver want the same addresses.
  if(NOT RATESCOPE_NVCC OR NOT RATESCOPE_CUDART OR RATESCOPE_SANITIZE)
    file(REMOVE ${folder}/lib${target}.so)  # of a build that had nvcc: its kernels may be others
    return()
  endif()
  set(input ${CMAKE_CURRENT_SOURCE_DIR}/${source})
  set(object ${CMAKE_CURRENT_BINARY_DIR}/${source}.o)
  # As in RatescopeWarnings: one rounding everywhere, so nothing is contracted.
  add_custom_command(OUTPUT ${object}
    COMMAND ${RATESCOPE_NVCC} -c ${input} -o ${object} -MD -MF ${object}.d -ccbin ${CMAKE_CXX_COMPILER} -std=c++20 -O3
      --fmad=false --ftz=false --prec-div=true --expt-relaxed-constexpr -Werror all-warnings
      -gencode arch=compute_80,code=sm_80 -gencode arch=compute_90,code=[sm_90,compute_90]
      -I${CMAKE_SOURCE_DIR} -Xcompiler=-fPIC,-fvisibility=hidden,-ffp-contract=off,-Wall,-Wextra,-Wshadow,-Werror
    DEPENDS ${input} DEPFILE ${object}.d COMMENT "Building CUDA object ${source}.o" VERBATIM)
  add_library(${target} MODULE ${object})
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX LIBRARY_OUTPUT_DIRECTORY ${folder})
  target_link_libraries(${target} PRIVATE ${RATESCOPE_CUDART})
  target_link_options(${target} PRIVATE LINKER:-z,defs)
endfunction()
