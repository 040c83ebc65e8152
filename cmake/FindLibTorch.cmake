# Finds LibTorch's CPU half: imported targets LibTorch::c10 and LibTorch::torch_cpu. The wheel's own TorchConfig.cmake
# insists on a whole CUDA set-up, and nothing here links to CUDA. scripts/setup brings the folder; RATESCOPE_LIBTORCH,
# in the environment or as a CMake variable, names one of a person's own (with include/ and lib/).
if(DEFINED ENV{RATESCOPE_LIBTORCH})
  set(libtorch_folder "$ENV{RATESCOPE_LIBTORCH}")
elseif(DEFINED ENV{XDG_CACHE_HOME})
  set(libtorch_folder "$ENV{XDG_CACHE_HOME}/ratescope/libtorch-2.15.0")
else()
  set(libtorch_folder "$ENV{HOME}/.cache/ratescope/libtorch-2.15.0")
endif()
set(RATESCOPE_LIBTORCH "${libtorch_folder}" CACHE PATH "LibTorch's folder")

find_path(LibTorch_INCLUDE_DIR ATen/ATen.h PATHS "${RATESCOPE_LIBTORCH}/include" NO_DEFAULT_PATH)
foreach(library c10 torch_cpu)
  find_library(LibTorch_${library}_LIBRARY ${library} PATHS "${RATESCOPE_LIBTORCH}/lib" NO_DEFAULT_PATH)
endforeach()
if(LibTorch_INCLUDE_DIR)
  file(STRINGS "${LibTorch_INCLUDE_DIR}/torch/headeronly/version.h" libtorch_version_lines
    REGEX "#define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
  string(REGEX REPLACE "[^0-9;]" "" LibTorch_VERSION "${libtorch_version_lines}")
  list(JOIN LibTorch_VERSION . LibTorch_VERSION)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LibTorch_torch_cpu_LIBRARY LibTorch_c10_LIBRARY LibTorch_INCLUDE_DIR VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE "scripts/setup fetches it, or set RATESCOPE_LIBTORCH to a folder of your own.")

if(LibTorch_FOUND)
  foreach(library c10 torch_cpu)
    if(NOT TARGET LibTorch::${library})
      add_library(LibTorch::${library} SHARED IMPORTED)
      set_target_properties(LibTorch::${library} PROPERTIES
        IMPORTED_LOCATION "${LibTorch_${library}_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${LibTorch_INCLUDE_DIR};${LibTorch_INCLUDE_DIR}/torch/csrc/api/include")
    endif()
  endforeach()
  set_property(TARGET LibTorch::torch_cpu PROPERTY INTERFACE_LINK_LIBRARIES LibTorch::c10)
endif()
mark_as_advanced(LibTorch_INCLUDE_DIR LibTorch_c10_LIBRARY LibTorch_torch_cpu_LIBRARY)
