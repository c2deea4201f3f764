"""availability_figures - what tools/measure/availability makes of the log of tools/measure/load. Pure.

A request that was planned for a moment counts from that moment on. It is good when its answer is a
success within LATE_S; anything else is a failure of one kind. A phase has the requests that ended in
it: also those that were under way when it began, which is what a killed replica costs."""

import collections
import dataclasses
import datetime
import json
import math
import statistics
from collections.abc import Iterable

LATE_S = 5.0
BEFORE_S = 3.0  # before a phase: what it is compared with
KINDS = ("503", "cut", "late", "other")
CODES = ("overloaded", "unavailable")  # of a 503 of the service; any other is the proxy's
GOOD = (200, 201)


@dataclasses.dataclass(frozen=True)
class Call:
    planned: float  # seconds of the monotonic clock
    ended: float
    status: int  # 0: the connection broke

    @property
    def took(self) -> float:
        return self.ended - self.planned

    @property
    def failure(self) -> str:
        """Empty: none."""
        if self.status == 0:
            return "cut"
        if self.took > LATE_S:
            return "late"
        if self.status in GOOD:
            return ""
        return str(self.status) if str(self.status) in KINDS else "other"


@dataclasses.dataclass(frozen=True)
class Phase:
    case: str
    label: str
    began: float
    ended: float


def read_calls(lines: Iterable[str]) -> list[Call]:
    """Of load --log: LINE PLANNED ENDED STATUS, microseconds."""
    rows = (line.split() for line in lines)
    return [Call(int(planned) / 1e6, int(ended) / 1e6, int(status))
            for _, planned, ended, status in rows]


@dataclasses.dataclass(frozen=True)
class Refusal:
    """A 503 that a replica logged."""
    ended: float  # seconds of the monotonic clock; the log has whole ones
    code: str


def read_refusals(lines: Iterable[str], clocks_differ_s: float) -> list[Refusal]:
    """Of a replica's log; by how much the time of day is ahead of the monotonic clock."""
    rows = (json.loads(line) for line in lines if '"status":503' in line)
    return [Refusal(datetime.datetime.fromisoformat(row["time"]).timestamp() + 0.999 - clocks_differ_s, row["code"])
            for row in rows]


def all_have_ended(calls: list[Call], until: float, rate: float) -> bool:
    """Of those that were planned until this moment. Who waits for that misses none in figures()."""
    first = min((call.planned for call in calls), default=until)
    planned = math.floor((until - first) * rate)
    return sum(call.planned <= until for call in calls) >= planned


def quantile(values: Iterable[float], share: float) -> float | None:
    """The smallest value that this share of all does not exceed."""
    found = sorted(values)
    return found[math.ceil(share * len(found)) - 1] if found else None


def p99_ms(calls: Iterable[Call]) -> float | None:
    """Of the good ones."""
    found = quantile((call.took for call in calls if not call.failure), 0.99)
    return None if found is None else round(found * 1000, 1)


def unwell_s(calls: list[Call], rate: float) -> float:
    """From the moment for which the first failure was planned until that of the first request behind the
    last failure: so long nobody was sure of an answer. 0: there was no failure."""
    failed = sorted(call.planned for call in calls if call.failure)
    if not failed:
        return 0.0
    behind = [call.planned for call in calls if call.planned > failed[-1]]
    until = min(behind, default=failed[-1] + 1 / rate)
    return round(until - failed[0], 2)


def answered_by(failed: list[Call], phase: Phase, refusals: Iterable[Refusal]) -> dict:
    """Whose the 503 of a phase are."""
    codes = collections.Counter(each.code for each in refusals if phase.began <= each.ended < phase.ended + 1)
    rest = sum(call.failure == "503" for call in failed) - sum(codes[code] for code in CODES)
    return {f"503_{code}": codes[code] for code in CODES} | {"503_proxy": max(0, rest)}


def figures(calls: list[Call], phase: Phase, rate: float, refusals: Iterable[Refusal] = ()) -> dict:
    """Of one phase in one round."""
    during = [call for call in calls if phase.began <= call.ended < phase.ended]
    before = [call for call in calls if phase.began - BEFORE_S <= call.ended < phase.began]
    failed = [call for call in during if call.failure]
    return {
        "requests": len(during),
        "failed": len(failed),
        **{kind: sum(call.failure == kind for call in failed) for kind in KINDS},
        **answered_by(failed, phase, refusals),
        "status_500": sum(call.status == 500 for call in during),
        "unwell_s": unwell_s(during, rate),
        "longest_s": round(max((call.took for call in during), default=0.0), 2),
        "p99_before_ms": p99_ms(before),
        "p99_during_ms": p99_ms(during),
    }


def over_rounds(rounds: list[dict], of=statistics.median) -> dict:
    """The median of each figure, or another one; None where no round has it."""
    known = {name: [each[name] for each in rounds if each[name] is not None] for name in rounds[0]}
    return {name: of(values) if values else None for name, values in known.items()}


# --- the report -----------------------------------------------------------------------------------

COLUMNS = ("what happens", "requests", "failed", "how", "s until all is well", "longest, s",
           "p99 before, during, ms")


def number(value: float | None, digits: int = 0) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"


def ways(row: dict) -> str:
    """ "503: 12 (overloaded 10, proxy 2), cut: 1" """
    whose = ", ".join(f"{who} {number(row[f'503_{who}'])}" for who in (*CODES, "proxy") if row[f"503_{who}"])
    return ", ".join(f"{kind}: {number(row[kind])}" + (f" ({whose})" if kind == "503" and whose else "")
                     for kind in KINDS if row[kind]) or "-"


def table(rows: dict[str, dict]) -> str:
    """Markdown; a row for each label."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "| --- | ---: | ---: | --- | ---: | ---: | ---: |"]
    for label, row in rows.items():
        cells = (label, number(row["requests"]), number(row["failed"]), ways(row), number(row["unwell_s"], 1),
                 number(row["longest_s"], 1), f"{number(row['p99_before_ms'])}, {number(row['p99_during_ms'])}")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


# --- the goals ------------------------------------------------------------------------------------

@dataclasses.dataclass(frozen=True)
class Goal:
    failed: int | None = None  # at most, in any round; None: as many as it takes
    unwell_s: float | None = None  # at most, the median


def misses(label: str, rounds: list[dict], goal: Goal) -> list[str]:
    """What was not reached. Nothing is ever 500, or later than LATE_S."""
    most, middle = over_rounds(rounds, max), over_rounds(rounds)
    found = []
    for name, bound in (("status_500", 0), ("late", 0), ("other", 0), ("failed", goal.failed)):
        if bound is not None and most[name] > bound:
            found.append(f"{label}: {name} {most[name]}, and {bound} at most")
    if goal.unwell_s is not None and middle["unwell_s"] > goal.unwell_s:
        found.append(f"{label}: unwell for {middle['unwell_s']} s, and {goal.unwell_s} at most")
    return found
