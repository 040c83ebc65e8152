#!/usr/bin/env python3
"""Runs clang-tidy over source files, those that it found clean before left out.

usage: tidy.py CLANG-TIDY BUILD JOBS FILE...      (BUILD holds compile_commands.json; files as git ls-files names them)

A file is clean again without a run while its preprocessed text, its compile command, the checks and clang-tidy itself
are the same: of each such state a file named by its SHA-256 is kept in the user's cache. All of it takes an
hour of processor time at first, minutes afterwards.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys


def compile_commands(build):
    """The compile command of each file, without what names its output."""
    commands = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        words = shlex.split(entry["command"])
        while pathlib.Path(words[0]).name == "ccache":
            words = words[1:]
        kept, skips = [], False
        for word in words:
            if skips or word == "-c":
                skips = False
            elif word == "-o":
                skips = True
            else:
                kept.append(word)
        commands[os.path.realpath(os.path.join(entry["directory"], entry["file"]))] = (entry["directory"], kept)
    return commands


def state(file, directory, command, checks):
    """What clang-tidy would look at, as a hash. Comments stay: NOLINT is one."""
    text = subprocess.run(command + ["-E", "-C", "-P"], cwd=directory, capture_output=True, check=True).stdout
    root = os.path.realpath(".").encode()
    everything = [checks, text, " ".join(command).encode().replace(root, b""), file.encode()]
    return hashlib.sha256(b"\0".join(everything)).hexdigest()


def looked_at(file, tidy, build, commands, checks, cache):
    """Nothing where the file is clean, else what clang-tidy says."""
    directory, command = commands[os.path.realpath(file)]
    stamp = cache / state(file, directory, command, checks)
    if stamp.exists():
        return ""
    run = subprocess.run([tidy, "--quiet", "-p", str(build), file], capture_output=True, text=True)
    if run.returncode == 0:
        stamp.touch()
        return ""
    return run.stdout or run.stderr


def main():
    tidy, build, jobs, files = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "ratescope" / "tidy"
    cache.mkdir(parents=True, exist_ok=True)
    version = subprocess.run([tidy, "--version"], capture_output=True, check=True).stdout
    checks = pathlib.Path(".clang-tidy").read_bytes() + version
    commands = compile_commands(build)
    missing = [file for file in files if os.path.realpath(file) not in commands]
    if missing:
        sys.exit("tidy: not in the build: " + " ".join(missing))
    found = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for said in pool.map(lambda file: looked_at(file, tidy, build, commands, checks, cache), files):
            if said:
                found += 1
                print(said, flush=True)
    print(f"{len(files) - found} of {len(files)} files are clean.")
    sys.exit(1 if found else 0)


main()
