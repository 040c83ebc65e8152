execute_process(COMMAND git -C ${SOURCE_DIR} rev-parse --short=12 HEAD
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
execute_process(COMMAND git -C ${SOURCE_DIR} status --porcelain --untracked-files=no
  OUTPUT_VARIABLE changes OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT commit)
  set(commit "unknown")
endif()
set(dirty false)
set(patch_bytes "")
if(changes)
  set(dirty true)
  # Files that git does not know yet are in no diff of its own.
  execute_process(COMMAND git -C ${SOURCE_DIR} ls-files --others --exclude-standard -- app core plugins views
    OUTPUT_VARIABLE added OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  string(REPLACE ";" "\\;" added "${added}")
  string(REPLACE "\n" ";" added "${added}")
  set(patch_file ${OUTPUT}.patch)
  execute_process(COMMAND git -C ${SOURCE_DIR} diff --binary HEAD OUTPUT_FILE ${patch_file} ERROR_QUIET)
  foreach(file ${added})
    execute_process(COMMAND git -C ${SOURCE_DIR} diff --binary --no-index /dev/null ${file}
      OUTPUT_VARIABLE text ERROR_QUIET)
    file(APPEND ${patch_file} "${text}")
  endforeach()
  file(SIZE ${patch_file} size)
  if(size GREATER 262144)
    file(SHA256 ${patch_file} hash)
    file(WRITE ${patch_file} "a patch of ${size} bytes, too long to be kept; its SHA-256 is ${hash}\n")
  endif()
  file(READ ${patch_file} hex HEX)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," patch_bytes "${hex}")
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

#include <initializer_list>

namespace ratescope {
const BuildInfo& buildInfo() {
    static const BuildInfo info{\"${VERSION}\", \"${commit}\", ${dirty}, \"${build_id}\", \"${COMPILER}\",
        std::string(std::initializer_list<char>{${patch_bytes}})};
    return info;
}
}  // namespace ratescope
")
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "${text}" @ONLY)
