"""bench_plots - draws what tools/measure/bench found as SVG: rate, latency, share of the CPU, growth.

Plain files without scripts, readable in light and dark; each says in its title and description what is seen.
"""

import math
import pathlib
from collections.abc import Callable
from xml.sax.saxutils import escape

import bench_figures as figures

Json = dict

WIDTH, LEFT, RIGHT, TOP, ROW = 860, 290, 90, 64, 26
PLOT = WIDTH - LEFT - RIGHT
LINES_HEIGHT = 320

STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #222 }
  .title { font-size: 15px; font-weight: 600 }
  .note, .tick { fill: #666 }
  .grid { stroke: #ddd } .bound { stroke: #c0392b; stroke-dasharray: 5 4 }
  .a { fill: #2f6fab; stroke: #2f6fab } .b { fill: #e08a2e; stroke: #e08a2e } .c { fill: #5a9e5f; stroke: #5a9e5f }
  .line { fill: none; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6e6e6 } .note, .tick { fill: #a8a8a8 } .grid { stroke: #444 }
    .bound { stroke: #ff8a7a }
    .a { fill: #6fb1ec; stroke: #6fb1ec } .b { fill: #f0ad5e; stroke: #f0ad5e } .c { fill: #86cb8b; stroke: #86cb8b }
  }
"""


def text(x: float, y: float, words: str, style: str = "", anchor: str = "start") -> str:
    kind = f' class="{style}"' if style else ""
    return f'<text{kind} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def bar(x: float, y: float, width: float, style: str, told: str, height: float = ROW - 10) -> str:
    return (f'<rect class="{style}" x="{x:.1f}" y="{y:.1f}" width="{max(0.5, width):.1f}" height="{height:.1f}">'
            f'<title>{escape(told)}</title></rect>')


def svg(title: str, note: str, height: float, parts: list[str]) -> str:
    body = "\n".join([text(12, 22, title, "title"), text(12, 42, note, "note"), *parts])
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(title)}">
<title>{escape(title)}</title>
<desc>{escape(note)}</desc>
<style>{STYLE}</style>
{body}
</svg>
"""


def powers(low: float, high: float) -> list[float]:
    """The powers of ten around these two."""
    return [10.0 ** n for n in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]


def log_scale(values: list[float]) -> tuple[Callable[[float], float], list[float]]:
    """Where a value stands, and the ticks."""
    ticks = powers(min(values), max(values))
    if len(ticks) == 1:
        ticks.append(10 * ticks[0])
    whole = math.log10(ticks[-1] / ticks[0])
    return (lambda value: LEFT + PLOT * math.log10(value / ticks[0]) / whole), ticks


def grid(ticks: list[float], place: Callable[[float], float], bottom: float, unit: str) -> list[str]:
    return [f'<line class="grid" x1="{place(each):.1f}" y1="{TOP - 6}" x2="{place(each):.1f}" y2="{bottom}"/>'
            + text(place(each), bottom + 16, f"{each:g}{unit}", "tick", "middle") for each in ticks]


def row_top(nth: int) -> float:
    return TOP + nth * ROW


def rate_plot(told: Json) -> str:
    rates = {name: figures.rate(told, name) for name in told["calls"] if figures.rate(told, name) > 0}
    place, ticks = log_scale(list(rates.values()))
    bottom = row_top(len(rates))
    parts = grid(ticks, place, bottom, "/s")
    for nth, (name, value) in enumerate(rates.items()):
        y = row_top(nth)
        parts += [text(LEFT - 10, y + 13, name, anchor="end"),
                  bar(LEFT, y, place(value) - LEFT, "a", f"{name}: {value:.0f} a second"),
                  text(place(value) + 6, y + 13, f"{value:.0f}")]
    return svg("Calls a second", f"closed loop, {told['cores']} cores for service, database and load; logarithmic",
               bottom + 30, parts)


def latency_plot(told: Json) -> str:
    found = {name: (measured["open"]["p50_us"] / 1000, measured["open"]["p99_us"] / 1000)
             for name, measured in told["calls"].items() if "open" in measured and measured["open"]["p50_us"] > 0}
    place, ticks = log_scale([ms for pair in found.values() for ms in pair])
    bottom = row_top(len(found))
    parts = grid(ticks, place, bottom, " ms")
    for nth, (name, (p50, p99)) in enumerate(found.items()):
        y = row_top(nth)
        parts += [text(LEFT - 10, y + 13, name, anchor="end"),
                  bar(place(p50), y + 6, place(p99) - place(p50), "a", f"{name}: {p50:.2f} to {p99:.2f} ms", 4),
                  f'<circle class="a" cx="{place(p50):.1f}" cy="{y + 8}" r="5"/>',
                  f'<circle class="b" cx="{place(p99):.1f}" cy="{y + 8}" r="5"/>',
                  text(place(p99) + 10, y + 13, f"{p50:.2f}, {p99:.2f}")]
    return svg("Latency at 70 % of the rate", "planned arrivals; the median (blue) and the 99th of a hundred (orange); "
               "logarithmic", bottom + 30, parts)


def cpu_plot(told: Json) -> str:
    kinds = ("the hash", "the service", "MariaDB")
    calls = [name for name in told["calls"] if figures.whole_ms(told, name) > 0]
    bottom = row_top(len(calls))
    parts = grid([0, 25, 50, 75, 100], lambda share: LEFT + PLOT * share / 100, bottom, " %")
    for nth, name in enumerate(calls):
        y, x = row_top(nth), float(LEFT)
        spent = (told["calls"][name]["closed"]["cpu_ms"]["argon2id"], figures.service_ms(told, name),
                 figures.database_ms(told, name))
        parts.append(text(LEFT - 10, y + 13, name, anchor="end"))
        for kind, style, ms in zip(kinds, "bac", spent):
            width = PLOT * max(0.0, ms) / sum(spent)
            if ms > 0:
                parts.append(bar(x, y, width, style, f"{name}: {kind} {ms:.3f} ms"))
            x += width
        parts.append(text(LEFT + PLOT + 8, y + 13, f"{sum(spent):.2f} ms"))
    return svg("Who takes the CPU time of a call", "the hash (orange), the rest of the service (blue), MariaDB (green); "
               "on the right the sum", bottom + 30, parts)


def growth_plot(growth: Json) -> str:
    """A line for each call, a point for each size; the legend is in the order of the ends."""
    grown = list(figures.grown_of(growth))
    calls, first = list(dict.fromkeys(each.call for each in grown)), growth["sizes"][0]
    highest = max(1.5, *(each.relative for each in grown))
    whole = math.log10(growth["sizes"][-1] / first)
    bottom = TOP + LINES_HEIGHT
    across = lambda size: 60 + (WIDTH - 60 - 300) * math.log10(size / first) / whole
    up = lambda value: bottom - LINES_HEIGHT * value / highest
    step = next(each for each in (0.5, 1, 2, 5, 10, 20, 50, math.inf) if highest / each <= 8)
    ticks = [n * step for n in range(int(highest / step) + 1)]
    parts = [f'<line class="grid" x1="60" y1="{up(each):.1f}" x2="{across(growth["sizes"][-1]):.1f}" '
             f'y2="{up(each):.1f}"/>' + text(52, up(each) + 4, f"{each:g} x", "tick", "end") for each in ticks]
    parts += [text(across(size), bottom + 18, f"{size:,}", "tick", "middle") for size in growth["sizes"]]
    parts.append(f'<line class="bound" x1="60" y1="{up(figures.GROWTH_MAX):.1f}" '
                 f'x2="{across(growth["sizes"][-1]):.1f}" y2="{up(figures.GROWTH_MAX):.1f}"/>')
    ends = {call: next(each.relative for each in reversed(grown) if each.call == call) for call in calls}
    for nth, call in enumerate(sorted(calls, key=ends.get, reverse=True)):
        points = [(first, 1.0)] + [(each.size, each.relative) for each in grown if each.call == call]
        style, dashes = "abc"[nth % 3], ("", "6 3", "2 3", "8 3 2 3")[nth // 3 % 4]
        path = " ".join(f"{across(size):.1f},{up(value):.1f}" for size, value in points)
        y = TOP + 12 + 22 * nth
        parts += [f'<polyline class="{style} line" stroke-dasharray="{dashes}" points="{path}">'
                  f'<title>{escape(call)}: {ends[call]:.2f} x</title></polyline>',
                  f'<line class="{style} line" stroke-dasharray="{dashes}" x1="{WIDTH - 280}" y1="{y - 4}" '
                  f'x2="{WIDTH - 250}" y2="{y - 4}"/>', text(WIDTH - 244, y, f"{call}, {ends[call]:.2f}")]
    return svg("CPU of a call as the society grows",
               f"beside that with {first:,} accounts, relative to a bare SELECT; dashed red: the goal of "
               f"{figures.GROWTH_MAX} x", bottom + 40, parts)


def write(told: Json, folder: pathlib.Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    plots = {"rate": rate_plot(told), "latency": latency_plot(told), "cpu": cpu_plot(told)}
    if told.get("growth"):
        plots["growth"] = growth_plot(told["growth"])
    for name, plot in plots.items():
        (folder / f"{name}.svg").write_text(plot, encoding="utf-8")
