"""flame - folds the stacks that `perf script` prints, and draws them as a flame graph: an SVG that needs no script.

The width of a frame is its share of the samples, with all that it called above it.
"""

import dataclasses
import re
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

WIDTH, ROW, CHARACTER = 1200, 17, 6.6
SHARE_MIN = 0.001  # narrower frames are left out
FRAME = re.compile(r"^\s+[0-9a-f]+ (?P<name>.+) \((?P<object>[^()]*(?:\([^()]*\))?)\)$")

STYLE = """
  text { font: 11px ui-monospace, monospace; fill: #111 }
  .title { font: bold 14px system-ui, sans-serif; fill: #222 }
  .note { font: 12px system-ui, sans-serif; fill: #555 }
  rect { stroke: #fff; stroke-width: 0.5 }
  .own { fill: #f4a261 } .library { fill: #a8c7e6 } .kernel { fill: #cfcfcf } .thread { fill: #b7d8b0 }
  @media (prefers-color-scheme: dark) {
    text { fill: #eee } .title { fill: #eee } .note { fill: #bbb }
    rect { stroke: #111 }
    .own { fill: #9a4f16 } .library { fill: #2f5577 } .kernel { fill: #555 } .thread { fill: #3d6636 }
  }
"""


@dataclasses.dataclass
class Frame:
    name: str
    kind: str  # own, library, kernel, thread
    samples: int = 0
    above: dict[str, "Frame"] = dataclasses.field(default_factory=dict)

    def step(self, name: str, kind: str) -> "Frame":
        return self.above.setdefault(name, Frame(name, kind))


def kind_of(where: str, program: str) -> str:
    """By the file that the code is in."""
    if where.startswith("[") or where.endswith(".ko"):
        return "kernel"
    return "own" if where.rpartition("/")[2] == program else "library"


def frame_of(name: str, where: str, program: str) -> tuple[str, str]:
    """Its name and kind. What has no name is called after its file."""
    known = re.sub(r"\+0x[0-9a-f]+$", "", name) if name != "[unknown]" else f"[{where.rpartition('/')[2].strip('[]')}]"
    return known, kind_of(where, program)


def stacks_of(lines: Iterable[str], program: str) -> Iterator[list[tuple[str, str]]]:
    """Each from its thread to its innermost frame, as (name, kind)."""
    stack: list[tuple[str, str]] = []
    thread = ""
    for line in lines:
        found = FRAME.match(line)
        if found:
            frame = frame_of(found["name"], found["object"], program)
            if frame[0].startswith("[") and stack and stack[-1] == frame:
                continue  # a library without symbols: one frame for all of it
            stack.append(frame)
        elif line.strip():
            thread = line.strip()
        elif thread:
            yield [(thread, "thread"), *reversed(stack)]
            stack, thread = [], ""
    if thread:
        yield [(thread, "thread"), *reversed(stack)]


def fold(lines: Iterable[str], program: str) -> Frame:
    root = Frame("all", "thread")
    for stack in stacks_of(lines, program):
        root.samples += 1
        frame = root
        for name, kind in stack:
            frame = frame.step(name, kind)
            frame.samples += 1
    return root


def depth_of(frame: Frame, least: float) -> int:
    return 1 + max((depth_of(each, least) for each in frame.above.values() if each.samples >= least), default=0)


def rects_of(frame: Frame, left: float, level: int, scale: float, whole: int, height: int) -> Iterator[str]:
    if frame.samples < SHARE_MIN * whole:
        return
    width, top = frame.samples * scale, height - (level + 1) * ROW
    told = escape(f"{frame.name}: {frame.samples / whole:.1%}, {frame.samples} samples")
    label = escape(frame.name[:int((width - 4) / CHARACTER)]) if width > 4 * CHARACTER else ""
    yield (f'<g><title>{told}</title><rect class="{frame.kind}" x="{left:.1f}" y="{top}" width="{width:.1f}" '
           f'height="{ROW - 1}"/>' + (f'<text x="{left + 3:.1f}" y="{top + 12}">{label}</text>' if label else "") + "</g>")
    for each in sorted(frame.above.values(), key=lambda above: above.name):
        yield from rects_of(each, left, level + 1, scale, whole, height)
        left += each.samples * scale


def draw(root: Frame, title: str, note: str) -> str:
    height = 50 + depth_of(root, SHARE_MIN * root.samples) * ROW
    rects = "\n".join(rects_of(root, 0, 0, WIDTH / max(1, root.samples), root.samples, height))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">
<title>{escape(title)}</title>
<desc>{escape(note)}</desc>
<style>{STYLE}</style>
<text class="title" x="4" y="18">{escape(title)}</text>
<text class="note" x="4" y="36">{escape(note)}</text>
{rects}
</svg>
"""
