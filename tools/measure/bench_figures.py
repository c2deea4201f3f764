"""bench_figures - what the figures of tools/measure/bench say: medians and spread of rounds, the table of the bar, what a
change cost, and growth.

A round is {"calls": {name: {"closed": ..., "open": ...}}, "limits": {name: ...}, "start_ms": ..., ...}.
"""

import dataclasses
import math
import statistics
from collections.abc import Callable, Iterator

from bench_names import CAPTCHA, INVITATION, LOGIN, MAIL, PROFILE, PROFILE_ONE_CORE, WALK

Json = dict

CHANGE_MIN = 0.01  # less is told, and not marked
ROUNDS_TO_COMPARE = 3  # with fewer, chance alone puts all of one run beyond all of the other too often


# --- rounds ---------------------------------------------------------------------------------------

def at(told: Json, *path: str) -> float:
    """A figure, or NaN where this run has none."""
    for name in path:
        if name not in told:
            return math.nan
        told = told[name]
    return told


def medians_of(rounds: list[Json]) -> Json:
    """Of each figure, wherever it stands, in those rounds that have it."""
    names = dict.fromkeys(name for each in rounds for name in each)
    return {name: middle([each[name] for each in rounds if name in each]) for name in names}


def middle(values: list):
    if isinstance(values[0], dict):
        return medians_of(values)
    if isinstance(values[0], str):
        return "; ".join(filter(None, dict.fromkeys(values)))
    return round(statistics.median(values), 4)


def service_ms(told: Json, call: str) -> float:
    """CPU of the service without its hashes."""
    return at(told, "calls", call, "closed", "service_ms")


def database_ms(told: Json, call: str) -> float:
    return at(told, "calls", call, "closed", "cpu_ms", "mariadbd")


def rate(told: Json, call: str) -> float:
    return at(told, "calls", call, "closed", "rate")


def trips(told: Json, call: str) -> float:
    return at(told, "calls", call, "closed", "db", "trips")


def peak_mib(told: Json) -> float:
    peaks = [at(measured, "closed", "rss_peak_kib") for measured in told["calls"].values()]
    return max(peaks, default=math.nan) / 1024


# --- the bar --------------------------------------------------------------------------------------

Figure = Callable[[Json], float]


@dataclasses.dataclass
class Bar:
    """A line of the table. A figure is at most its bound; where more is better, at least."""

    work: str
    bar: str
    form: str
    figures: tuple[Figure, ...]
    bounds: tuple[float, ...]
    more_is_better: bool = False


def cpu(call: str) -> tuple[Figure, Figure]:
    return (lambda told: service_ms(told, call)), (lambda told: database_ms(told, call))


def beside(found: Figure, bare: Figure) -> tuple[Figure]:
    return (lambda told: found(told) / bare(told),)


def hash_rate(told: Json) -> float:
    return at(told, "limits", "hash", "rate")


BAR = (
    Bar("registration with login and profile read, without hashes", "2.5 + 2.2 ms, 14 trips",
        "{:.2f} + {:.2f} ms, {:.0f} trips", (*cpu(WALK), lambda told: trips(told, WALK)), (2.5, 2.2, 14)),
    Bar("login without the hash", "0.3 + 0.5 ms", "{:.2f} + {:.2f} ms", cpu(LOGIN), (0.3, 0.5)),
    Bar("login rate / bare hash rate", "0.95", "{:.2f}", beside(lambda told: rate(told, LOGIN), hash_rate), (0.95,),
        True),
    Bar("registration rate / half the bare hash rate", "0.90", "{:.2f}",
        beside(lambda told: rate(told, WALK), lambda told: hash_rate(told) / 2), (0.90,), True),
    Bar("profile read, one core / bare edge", "0.30", "{:.2f}",
        beside(lambda told: rate(told, PROFILE_ONE_CORE),
               lambda told: at(told, "limits", "edge: GET /healthz, one core", "rate")), (0.30,), True),
    Bar("invitation, mail included", "0.5 + 0.4 ms", "{:.2f} + {:.2f} ms", cpu(INVITATION), (0.5, 0.4)),
    Bar("CAPTCHA picture", "0.5 + 0.1 ms", "{:.2f} + {:.2f} ms", cpu(CAPTCHA), (0.5, 0.1)),
    Bar("mails per second, one worker, local relay", "1500", "{:.0f}", (lambda told: rate(told, MAIL),), (1500,), True),
    Bar("p99 at 70 % of the rate, profile read", "2 ms", "{:.2f} ms",
        (lambda told: at(told, "calls", PROFILE, "open", "p99_us") / 1000,), (2,)),
    Bar("memory idle / under load", "18 / 62 MiB", "{:.1f} / {:.1f} MiB",
        (lambda told: at(told, "rss_idle_kib") / 1024, peak_mib), (18, 62)),
    Bar("start to first healthy answer", "15 ms", "{:.1f} ms", (lambda told: at(told, "start_ms"),), (15,)),
)
GROWTH_AFTER = "p99 at 70 % of the rate, profile read"  # the line of growth comes behind this one
GROWTH_MAX, GROWTH_TO = 1.2, 10_000_000  # accounts


@dataclasses.dataclass
class Row:
    work: str
    bar: str
    found: str
    spread: str  # lowest to highest of the rounds
    met: str


def verdict(values: list[float], bounds: tuple[float, ...], more_is_better: bool = False) -> str:
    if any(map(math.isnan, values)):
        return "not measured"
    met = all(value >= bound if more_is_better else value <= bound for value, bound in zip(values, bounds))
    return "met" if met else "missed"


def short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def row_of(bar: Bar, rounds: list[Json]) -> Row:
    found = [[figure(each) for each in rounds] for figure in bar.figures]
    middles = [statistics.median(values) for values in found]
    met = verdict(middles, bar.bounds, bar.more_is_better)
    if met == "not measured":
        return Row(bar.work, bar.bar, "-", "-", met)
    spread = ", ".join(f"{short(min(values))}-{short(max(values))}" for values in found) if len(rounds) > 1 else "-"
    return Row(bar.work, bar.bar, bar.form.format(*middles), spread, met)


def rows_of(rounds: list[Json], growth: Json | None = None) -> list[Row]:
    rows = [row_of(bar, rounds) for bar in BAR]
    behind = next(n for n, row in enumerate(rows) if row.work == GROWTH_AFTER)
    return rows[:behind + 1] + [growth_row(growth)] + rows[behind + 1:]


# --- growth ---------------------------------------------------------------------------------------
# {"sizes": [10000, ...], "rounds": [{"10000": {"calls": ..., "limits": ...}, ...}, ...]}

BARE_SELECT = "select, 1 connections"


def whole_ms(told: Json, call: str) -> float:
    return service_ms(told, call) + database_ms(told, call)


def bare_select_ms(told: Json) -> float:
    return at(told, "limits", BARE_SELECT, "cpu_ms", "mariadbd")


@dataclasses.dataclass
class Grown:
    """What a call costs at a size, as a ratio to its cost at the first one, in the same round."""

    call: str
    size: int
    raw: float  # CPU milliseconds
    bare: float  # of the bare SELECT of each
    relative: float  # median of the rounds' raw / bare: not the quotient of the two medians


def grown_of(growth: Json) -> Iterator[Grown]:
    first, *others = map(str, growth["sizes"])
    for size in others:
        for call in growth["rounds"][0][first]["calls"]:
            raw = [whole_ms(each[size], call) / whole_ms(each[first], call) for each in growth["rounds"]]
            bare = [bare_select_ms(each[size]) / bare_select_ms(each[first]) for each in growth["rounds"]]
            relative = [one / other for one, other in zip(raw, bare)]
            yield Grown(call, int(size), *map(statistics.median, (raw, bare, relative)))


def growth_row(growth: Json | None) -> Row:
    """Of the largest size, the call that grew most beyond the bare SELECT."""
    bar = f"{GROWTH_MAX} x"
    if not growth:
        return Row(f"every call with {GROWTH_TO:,} persons and accounts / with 10,000", bar, "-", "-", "not measured")
    largest = [each for each in grown_of(growth) if each.size == growth["sizes"][-1]]
    worst = max(largest, key=lambda each: each.relative)
    found = f"{worst.relative:.2f} x ({worst.call}: raw {worst.raw:.2f} x, bare SELECT {worst.bare:.2f} x)"
    spread = f"{min(each.relative for each in largest):.3g}-{worst.relative:.3g} of the calls"
    met = verdict([worst.relative], (GROWTH_MAX,))
    if met == "met" and growth["sizes"][-1] < GROWTH_TO:
        met = "met so far"
    return Row(f"every call with {growth['sizes'][-1]:,} persons and accounts / with {growth['sizes'][0]:,}", bar, found,
               spread, met)


# --- what a change cost ---------------------------------------------------------------------------
# The machine is another one at another hour. So each figure is told in units of a bare limit that this tree has no
# part in, measured in the same round.

def unit_service(told: Json) -> float:
    return at(told, "limits", "ES256 verify", "cpu_ms", "openssl")


def unit_seconds(told: Json) -> float:
    return 1 / at(told, "limits", "select, 32 connections", "rate")


UNITS: dict[str, Figure] = {
    "service CPU": unit_service,
    "MariaDB CPU": bare_select_ms,
    "p50": unit_seconds,
    "p99": unit_seconds,
    "rate": lambda told: 1 / unit_seconds(told),
    "rate with hashes": hash_rate,
}
MORE_IS_BETTER = ("rate", "rate with hashes")


def figures_of(told: Json) -> dict[tuple[str, str], float]:
    """All that is compared, by call and by kind."""
    found = {("service", "start"): at(told, "start_ms"), ("service", "idle memory"): at(told, "rss_idle_kib"),
             ("service", "peak memory"): peak_mib(told)}
    for call, measured in told["calls"].items():
        late = measured.get("open", measured["closed"])
        hashes = at(measured, "closed", "cpu_ms", "argon2id") > 0
        found |= {(call, "service CPU"): service_ms(told, call), (call, "MariaDB CPU"): database_ms(told, call),
                  (call, "trips"): trips(told, call), (call, "commits"): at(measured, "closed", "db", "commits"),
                  (call, "rate with hashes" if hashes else "rate"): rate(told, call)}
        found |= {(call, kind): late[f"{kind}_us"] for kind in ("p50", "p99") if f"{kind}_us" in late}
    return {name: value for name, value in found.items() if not math.isnan(value)}


@dataclasses.dataclass
class Change:
    """Ratios to the earlier run: of the medians, and of the rounds that are furthest apart, either way."""

    call: str
    kind: str
    ratio: float
    low: float
    high: float

    @property
    def mark(self) -> str:
        """Nothing where a round of the one run lies within those of the other."""
        if self.low <= 1 <= self.high or abs(self.ratio - 1) < CHANGE_MIN:
            return ""
        return "better" if (self.ratio > 1) == (self.kind in MORE_IS_BETTER) else "worse"


def in_units(rounds: list[Json]) -> dict[tuple[str, str], list[float]]:
    found: dict[tuple[str, str], list[float]] = {}
    for told in rounds:
        for name, value in figures_of(told).items():
            unit = UNITS.get(name[1])
            found.setdefault(name, []).append(value / unit(told) if unit else value)
    return found


def changes_of(before: list[Json], now: list[Json]) -> list[Change]:
    """Of the figures that both have. From zero nothing has a ratio."""
    old, new = in_units(before), in_units(now)
    return [Change(*name, statistics.median(new[name]) / statistics.median(old[name]),
                   min(new[name]) / max(old[name]), max(new[name]) / min(old[name]))
            for name in new if name in old and min(old[name]) > 0]
