execute_process(COMMAND git -C ${SOURCE_DIR} rev-parse --short=12 HEAD
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
execute_process(COMMAND git -C ${SOURCE_DIR} status --porcelain --untracked-files=no
  OUTPUT_VARIABLE changes OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT commit)
  set(commit "unknown")
endif()
set(dirty false)
if(changes)
  set(dirty true)
endif()
file(GLOB headers ${SOURCE_DIR}/core/*.h ${SOURCE_DIR}/core/graph/*.h ${SOURCE_DIR}/core/buffer/*.h
  ${SOURCE_DIR}/core/media/node/*.h ${SOURCE_DIR}/core/media/coding/*.h)
list(SORT headers)
set(interface "${COMPILER}")
foreach(header ${headers})
  file(SHA256 ${header} hash)
  string(APPEND interface ${hash})
endforeach()
string(SHA256 build_id "${interface}")
string(SUBSTRING ${build_id} 0 16 build_id)
set(text "#include \"core/build_info.h\"

namespace ratescope {
const BuildInfo& buildInfo() {
    static const BuildInfo info{\"${VERSION}\", \"${commit}\", ${dirty}, \"${build_id}\", \"${COMPILER}\"};
    return info;
}
}  // namespace ratescope
")
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "${text}" @ONLY)
