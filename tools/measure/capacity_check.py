"""capacity_check - is the simulation of tools/capacity true at the size of this machine?

Starts the stack of tools/measure/bench, measures what each call costs, and then sends logins and registrations in an
open model, at planned moments, for shares of what the machine bears. The same arrivals are simulated with the measured
costs, and what became of them is compared. Load, service and database share the machine's cores, and so may others:
simulated are as many cores as all of them left to service and database, from half second to half second, and as fast
as they were by what a hash took.

A level that differs by more than its bounds is measured once more: the machine may have been disturbed.
"""

import argparse
import dataclasses
import itertools
import signal
import statistics
import sys
import threading
import time

import bench_stack as stack
import capacity_simulation as simulation
from bench_calls import CLIENTS as CLIENTS_CLOSED
from bench_calls import FUNNEL_RATE, Bench
from bench_stack import CORES, Json, call, login_id, soak

ACCOUNTS = 500
LEVELS = (0.5, 0.8, 1.2, 2.0)
CLOSED_S = 3  # a closed loop
COSTS_S = 2  # each measurement of a cost
CLIENTS = 80  # of each open model: the loads do not wait for one, and both have fewer than the workers allow
WALKS_A_SECOND = 400  # persons that are prepared: more than can register
RELAY_S = 0.001  # of the sink on this machine
SAMPLE_S = 0.5
CORES_LEAST = 0.05  # left: the clocks tick a hundred times a second

# By how much measured and simulated may differ: shares of all; times by a factor, or by milliseconds.
SHARE_MAX = 0.15
TIMES_MAX = {"p50": (1.8, 30), "p99": (2.5, 80)}


@dataclasses.dataclass
class Outcome:
    """Of the logins, or of the registrations, of one level."""

    sent: int
    served: int
    refused: int
    p50_ms: float  # of a call with a hash: the login, the account step
    p99_ms: float

    def share(self, what: str) -> float:
        return getattr(self, what) / max(1, self.sent)


# --- measured -------------------------------------------------------------------------------------

class Measured(Bench):
    """The bench's stack, and the loads of the check."""

    def __init__(self, given: argparse.Namespace, settings: soak.Settings, sink: stack.Sink):
        super().__init__(given, settings, sink, ACCOUNTS)
        self.open_loop = False
        self.login_lines = [call("POST", "/v1/sessions", body={
            "login_id": login_id(n), "password": soak.PASSWORD}) for n in range(1, ACCOUNTS + 1)]

    def numbers(self, count: float) -> int:
        """The first of so many persons who have not registered."""
        first = self.next_number
        self.next_number += int(count)
        return first

    def measure_costs(self) -> dict[str, simulation.CallCost]:
        self.limit_edge()
        self.limit_db("commit", 1)
        for _ in itertools.chain(self.steps_of_members(), self.steps_of_registration()):
            pass
        return simulation.call_costs({"calls": self.calls})

    def hashes(self) -> tuple[float, float]:
        """How many so far, and the seconds of CPU that they took."""
        return (self.server.metric("password_hashes_total"), self.server.metric("password_hash_cpu_seconds_total"))

    def closed_loops(self) -> tuple[float, float]:
        """Logins a second, and registrations, each alone."""
        logins = self.load(self.login_lines, 201, "--clients", CLIENTS_CLOSED, "--seconds", CLOSED_S)
        first = self.numbers(WALKS_A_SECOND * CLOSED_S)
        walks = self.walk(first, "--clients", 2 * CLIENTS_CLOSED, "--seconds", CLOSED_S)
        return logins["rate"], walks["rate"]

    def open_model(self, logins_a_second: float, walks_a_second: float,
                   seconds: float) -> tuple[dict[str, Outcome], list[tuple[float, float]], float]:
        """What became of them, the cores that were left, and the seconds of a hash."""
        first = self.numbers(walks_a_second * seconds + CLIENTS)
        left = CoresLeft(self)
        left.start()
        count, spent_s = self.hashes()
        found: Json = {}
        login = threading.Thread(target=lambda: found.update(self.load(
            self.login_lines, 201, "--clients", CLIENTS, "--rate", logins_a_second, "--seconds", seconds)))
        login.start()
        walks = self.walk(first, "--clients", CLIENTS, "--rate", walks_a_second, "--seconds", seconds)
        login.join()
        count_late, spent_late_s = self.hashes()
        return ({"logins": outcome_of_load(found), "registrations": outcome_of_walk(walks)}, left.stop(),
                (spent_late_s - spent_s) / (count_late - count))


class CoresLeft(threading.Thread):
    """Samples the cores that nobody but service and database used: until when, since the start, and how many."""

    def __init__(self, measured: Measured):
        super().__init__(daemon=True)
        self.measured, self.over = measured, threading.Event()
        self.seen: list[tuple[float, float]] = []

    def others_cpu_s(self) -> float:
        return soak.machine_cpu_s() - self.measured.cpu_s()

    def run(self) -> None:
        began = before = time.monotonic()
        used = self.others_cpu_s()
        while not self.over.wait(SAMPLE_S):
            now, used_now = time.monotonic(), self.others_cpu_s()
            left = len(CORES) - (used_now - used) / (now - before)
            self.seen.append((now - began, max(CORES_LEAST, left)))
            before, used = now, used_now

    def stop(self) -> list[tuple[float, float]]:
        self.over.set()
        self.join()
        return self.seen


def outcome_of_load(found: Json) -> Outcome:
    refused = found["statuses"].get("503", 0)
    return Outcome(found["calls"] + found["errors"], found["calls"], refused, found["p50_us"] / 1000,
                   found["p99_us"] / 1000)


def outcome_of_walk(found: Json) -> Outcome:
    account = found["steps"]["POST /v1/registration/account"]
    return Outcome(found["calls"] + found["errors"], found["calls"], found["refused"], account["p50_us"] / 1000,
                   account["p99_us"] / 1000)


# --- simulated ------------------------------------------------------------------------------------

class Simulated:
    """The same arrivals: evenly spaced, without pauses between the steps, and without repeats."""

    def __init__(self, costs: dict[str, simulation.CallCost], settings: simulation.Settings):
        self.run = simulation.Simulation()
        self.service = simulation.Service(self.run, settings, costs)
        self.waits_s: dict[str, list[float]] = {"logins": [], "registrations": []}
        self.counts = {kind: dict.fromkeys(("sent", "served", "refused"), 0) for kind in self.waits_s}

    def follow(self, cores_left: list[tuple[float, float]]) -> simulation.Process:
        for until, count in cores_left:
            self.service.database.change(count)  # the service's, too
            yield self.run.sleep(until - self.run.now)

    def login(self) -> simulation.Process:
        return (yield from self.timed(simulation.LOGIN, "logins"))

    def register(self) -> simulation.Process:
        for name, has_mail in ((simulation.INVITATION, True), (simulation.CAPTCHA, False), (simulation.IDENTITY, True),
                               (simulation.KEY, False)):
            if not (yield from self.service.call(name)):
                return False
            if has_mail:
                yield self.service.mail().wait()
        served = yield from self.timed(simulation.ACCOUNT, "registrations")
        if served:
            self.service.mail()
        return served

    def timed(self, name: str, kind: str) -> simulation.Process:
        began = self.run.now
        served = yield from self.service.call(name)
        if served:
            self.waits_s[kind].append(self.run.now - began)
        return served

    def counted(self, kind: str, story: simulation.Process) -> simulation.Process:
        self.counts[kind]["sent"] += 1
        served = yield from story
        self.counts[kind]["served" if served else "refused"] += 1

    def open_model(self, logins_a_second: float, walks_a_second: float, seconds: float,
                   cores_left: list[tuple[float, float]]) -> dict[str, Outcome]:
        self.run.start(self.follow(cores_left))
        for kind, story, rate in (("logins", self.login, logins_a_second),
                                  ("registrations", self.register, walks_a_second)):
            for n in range(int(rate * seconds)):
                self.run.start(self.counted(kind, story()), n / rate)
        self.run.run(float("inf"))
        return {kind: Outcome(**counts, **{f"p{share:g}_ms": simulation.quantile(self.waits_s[kind], share / 100) * 1000
                                           for share in (50, 99)}) for kind, counts in self.counts.items()}


# --- the comparison -------------------------------------------------------------------------------

@dataclasses.dataclass
class Row:
    what: str
    measured: float
    simulated: float
    bound: str
    is_within: bool


def share_row(kind: str, what: str, measured: Outcome, simulated: Outcome) -> Row:
    one, other = measured.share(what), simulated.share(what)
    return Row(f"{kind}, share {what}", one, other, f"+-{SHARE_MAX:g}", abs(one - other) <= SHARE_MAX)


def time_row(kind: str, what: str, measured: Outcome, simulated: Outcome) -> Row:
    factor, slack_ms = TIMES_MAX[what]
    one, other = getattr(measured, f"{what}_ms"), getattr(simulated, f"{what}_ms")
    is_within = max(one, other) <= factor * min(one, other) or abs(one - other) <= slack_ms
    return Row(f"{kind}, {what} ms", one, other, f"x {factor:g} or +-{slack_ms} ms", is_within)


def rows_of(measured: dict[str, Outcome], simulated: dict[str, Outcome]) -> list[Row]:
    return [row for kind in measured for row in
            [share_row(kind, what, measured[kind], simulated[kind]) for what in ("served", "refused")]
            + [time_row(kind, what, measured[kind], simulated[kind]) for what in TIMES_MAX]]


def print_rows(level: float, cores_left: list[tuple[float, float]], slower: float, rows: list[Row]) -> None:
    counts = sorted(count for _, count in cores_left)
    print(f"\n{level:g} of what the machine bears; cores left to service and database: {counts[0]:.2f} to "
          f"{counts[-1]:.2f}, {statistics.mean(counts):.2f} on average; a hash took {slower:.2f} times as long")
    for row in rows:
        print(f"{'ok    ' if row.is_within else 'NOT OK'} {row.what:30} measured {row.measured:9.3f}, simulated "
              f"{row.simulated:9.3f} ({row.bound})", flush=True)


def check_level(measured: Measured, costs: dict[str, simulation.CallCost], level: float, seconds: float) -> bool:
    """Half of the load are logins, half are registrations, by what each takes of the machine alone."""
    rates = [level * rate / 2 for rate in measured.closed_loops()]
    found, cores_left, hash_s = measured.open_model(*rates, seconds)
    slower = hash_s / costs[simulation.LOGIN].hash_s
    costs = {name: cost.slower(slower) for name, cost in costs.items()}
    commit = measured.limits["commit, 1 connections"]["p50_us"] / 1e6
    refusal = measured.limits["edge: unknown path"]["cpu_ms"]["myportald"] / 1000
    settings = simulation.Settings(hash_threads=len(CORES), commit_s=commit, refusal_s=refusal, relay_s=RELAY_S)
    rows = rows_of(found, Simulated(costs, settings).open_model(*rates, seconds, cores_left))
    print_rows(level, cores_left, slower, rows)
    return all(row.is_within for row in rows)


def check(seconds: float, build: str) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    given = argparse.Namespace(accounts=ACCOUNTS, seconds=COSTS_S, build=build, user=stack.user_name())
    spare = int(FUNNEL_RATE * COSTS_S + WALKS_A_SECOND * (4 * CLOSED_S + 2 * seconds) * len(LEVELS))
    with soak.only_one():
        soak.build(given)
        with stack.Sink() as sink, stack.stack_of(given, sink.port) as settings:
            threading.Thread(target=sink.serve_forever, daemon=True).start()
            measured = Measured(given, settings, sink)
            persons = ACCOUNTS + 1 + spare
            stack.make_room(settings, persons)
            stack.fill_persons(settings, 1, persons)
            measured.start()
            stack.fill_accounts(settings, ACCOUNTS, measured.walk_once())
            measured.warm_up()
            costs = measured.measure_costs()
            good = [check_level(measured, costs, level, seconds) or check_level(measured, costs, level, seconds)
                    for level in LEVELS]
            measured.server.stop()
    return 0 if all(good) else 1
