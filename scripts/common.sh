# Sourced by every script of this folder: where things are, headings with the time since the start, how many jobs.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache="${XDG_CACHE_HOME:-$HOME/.cache}/ratescope"
benchPython="$cache/bench-python/bin/python" # with scripts/bench.d/requirements.txt installed
cudaFolder="$cache/cuda-13.2.86"             # nvcc, where scripts/setup --cuda-compiler has brought it
tidyFolder="$cache/clang-tidy-23.1.4"        # clang-tidy, where scripts/setup --check has brought it

# Scripts call each other; the clock is that of the first.
export RATESCOPE_STARTED="${RATESCOPE_STARTED:-$(date +%s)}"

heading() { printf '[%4d s] %s\n' $(($(date +%s) - RATESCOPE_STARTED)) "$*"; }

fail() { # WHAT HAPPENED, WHAT TO DO
    printf '%s: %s\n' "$(basename "$0")" "$1" >&2
    [ $# -lt 2 ] || printf '%s\n' "$2" >&2
    exit 1
}

# One job a core, but no more than one per 1.5 GB of free memory: a heavy file takes a compiler over 1 GB.
jobs() {
    local cores memory
    cores=$(nproc)
    memory=$(awk '/^MemAvailable:/ {print int($2 / 1500000)}' /proc/meminfo)
    [ "$memory" -ge 1 ] || memory=1
    echo $((cores < memory ? cores : memory))
}

# Configures build/PRESET if that was never done, the presets changed or a CUDA compiler has come since (ninja sees all
# other changes itself).
configure() { # PRESET [CMAKE OPTION]...
    local preset=$1 folder="$root/build/$1"
    shift
    if [ ! -e "$folder/build.ninja" ] || [ "$root/CMakePresets.json" -nt "$folder/configured" ] ||
        [ "$cudaFolder" -nt "$folder/configured" ]; then
        heading "Configure ($preset)"
        mkdir -p "$folder"
        (cd "$root" && cmake --preset "$preset" "$@" >"$folder/configure.log" 2>&1) || {
            tail -n 40 "$folder/configure.log" >&2
            fail "CMake could not configure $preset." "The whole log is in $folder/configure.log; scripts/setup installs what may be missing."
        }
        touch "$folder/configured"
    fi
}

compile() { # PRESET [TARGET]...
    local preset=$1
    shift
    heading "Build ($preset)"
    cmake --build "$root/build/$preset" -j "$(jobs)" ${1:+--target "$@"} ||
        fail "The build ($preset) failed." "The first error above says why."
}
