#!/usr/bin/python3
"""commands_test - each command of tools/measure and its like finds what it is made of, and says what it takes."""

import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True

import tap  # noqa: E402

TREE = pathlib.Path(__file__).resolve().parents[2]
COMMANDS = ("availability", "bench", "overload", "profile", "roster", "soak", "timing", "../capacity", "../chaos")


def test_help_is_told():
    for name in COMMANDS:
        done = subprocess.run([TREE / "tools/measure" / name, "--help"], capture_output=True, text=True, check=False)
        assert done.returncode == 0 and "usage" in done.stdout, f"{name}: {done.stderr}"


if __name__ == "__main__":
    sys.exit(tap.run(globals()))
