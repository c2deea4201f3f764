#!/usr/bin/python3
"""memory.py PID: which of the secrets on standard input a process has in its memory.

A line of input is NAME, a tab, FORM, a tab, VALUE. FORM says what is looked for:
  text    VALUE as it is
  hex     the bytes that VALUE spells
  mailed  VALUE inside of a text that was written as base64 with line ends
Prints each NAME that is found, how often, and in which mappings. Locked memory is left out: it holds
keys while they are in use. What belongs to a file and cannot be written is, too.
Ends with 2 where the process may not be looked at."""

import base64
import collections
import re
import sys

MAPPING = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ (\d+) *(.*)")
LINE = 57  # bytes of a line of base64


def mappings(pid):
    """(first byte, end, name) of what is looked at."""
    found, flags = None, ""
    with open(f"/proc/{pid}/smaps", encoding="utf-8") as smaps:
        for line in smaps:
            if match := MAPPING.match(line):
                begin, end, rights, inode, name = match.groups()
                read_only_file = inode != "0" and "w" not in rights
                found = (int(begin, 16), int(end, 16), name or "anonymous")
                wanted = "r" in rights and not read_only_file and not name.startswith("[v")
            elif line.startswith("VmFlags:"):
                flags = line.split()[1:]
                if wanted and "lo" not in flags:
                    yield found


def contents(pid):
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for begin, end, name in mappings(pid):
            memory.seek(begin)
            try:
                yield name, memory.read(end - begin)
            except OSError:  # it was unmapped meanwhile
                continue


def needles(form, value):
    if form == "text":
        return [value.encode()]
    if form == "hex":
        return [bytes.fromhex(value)]
    # Three bytes are four characters, so it depends on what stands before. A line ends in one of two
    # pieces at most.
    text, size = value.encode()[len(value) // 3:], LINE // 3 - 1
    return [base64.b64encode(text[i:i + size]) for start in (0, LINE // 3 + 2) for i in range(start, start + 3)]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    pid = sys.argv[1]
    wanted = [line.rstrip("\n").split("\t") for line in sys.stdin]
    found = collections.defaultdict(collections.Counter)
    try:
        for mapping, data in contents(pid):
            for name, form, value in wanted:
                for needle in needles(form, value):
                    if count := data.count(needle):
                        found[name][mapping] += count
    except PermissionError as error:
        print(f"memory.py: {error}", file=sys.stderr)
        return 2
    for name, counts in found.items():
        print(name, dict(counts))
    return 0


sys.exit(main())
