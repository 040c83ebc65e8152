# Finds the OpenCV components that are named, and nothing else: imported targets opencv_<component>.
# OpenCV's own OpenCVConfig.cmake is only in Debian's libopencv-dev and insists on all modules and what they drag in.
find_path(OpenCV_INCLUDE_DIR opencv2/core/version.hpp PATH_SUFFIXES opencv4)
set(opencv_variables OpenCV_INCLUDE_DIR)
foreach(component ${OpenCV_FIND_COMPONENTS})
  find_library(OpenCV_${component}_LIBRARY opencv_${component})
  list(APPEND opencv_variables OpenCV_${component}_LIBRARY)
  if(EXISTS "${OpenCV_INCLUDE_DIR}/opencv2/${component}.hpp" AND OpenCV_${component}_LIBRARY)
    set(OpenCV_${component}_FOUND TRUE)
  endif()
endforeach()
if(OpenCV_INCLUDE_DIR)
  file(STRINGS "${OpenCV_INCLUDE_DIR}/opencv2/core/version.hpp" opencv_version_lines
    REGEX "#define CV_VERSION_(MAJOR|MINOR|REVISION)")
  string(REGEX REPLACE "[^0-9;]" "" OpenCV_VERSION "${opencv_version_lines}")
  list(JOIN OpenCV_VERSION . OpenCV_VERSION)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenCV REQUIRED_VARS ${opencv_variables} VERSION_VAR OpenCV_VERSION
  HANDLE_COMPONENTS)

if(OpenCV_FOUND)
  foreach(component ${OpenCV_FIND_COMPONENTS})
    if(NOT TARGET opencv_${component})
      add_library(opencv_${component} UNKNOWN IMPORTED)
      set_target_properties(opencv_${component} PROPERTIES
        IMPORTED_LOCATION "${OpenCV_${component}_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${OpenCV_INCLUDE_DIR}")
    endif()
  endforeach()
endif()
mark_as_advanced(${opencv_variables})
