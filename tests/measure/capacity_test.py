#!/usr/bin/python3
"""Are the arithmetic and the simulation of tools/capacity right, and does docs/scaling.md show what it prints? The
simulation is compared with what queueing theory knows. Prints TAP."""

import collections
import dataclasses
import itertools
import json
import math
import pathlib
import subprocess
import sys
from collections.abc import Iterable

TREE = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(TREE / "tools/measure"))

import capacity_model as model  # noqa: E402
import capacity_simulation as simulation  # noqa: E402
import tap  # noqa: E402
from tap import close  # noqa: E402

COST = model.Cost(service_ms=1, hash_ms=10, database_ms=2, statements=5, commits=4, rows=6, log_bytes=1 << 20,
                  table_rows={"outbox": 3, "audit_event": 1})
COSTS = model.Costs(machine={"cores": 2}, others_share=0, registration=COST,
                    login=dataclasses.replace(COST, table_rows={"audit_event": 1}), busy_mib=60,
                    commits_a_second=1000, commit_ms=1, refusal_ms=0.02,
                    row_bytes=dict.fromkeys(model.DAYS_KEPT, 1024.0))
PLAIN = model.Assumptions(repeats=1, headroom=1, logins_share=0)


def capacity(*words: str) -> str:
    return subprocess.run([TREE / "tools/capacity", *words], check=True, capture_output=True, text=True).stdout


# --- the arithmetic -------------------------------------------------------------------------------

def test_the_busiest_minute_in_cores_commits_and_mails():
    """1,800,000 members: 36,000 in the hour, 1,200 in its busiest minute, 20 a second."""
    told = model.plan(1_800_000, PLAIN, COSTS)
    close(told["arrivals"]["busiest_minute"], 1200)
    close(told["cpu"]["hashing"], 0.2)
    close(told["cpu"]["service"], 0.02)
    close(told["cpu"]["database"], 0.04)
    close(told["database"]["commits_a_second"], 80)
    close(told["database"]["rows_a_second"], 120)
    close(told["database"]["log_mib_a_second"], 20)
    close(told["mails"]["busiest_minute"], 3600)


def test_who_logs_in_and_who_repeats_counts_too():
    given = dataclasses.replace(PLAIN, repeats=1.5, logins_share=PLAIN.hour_share)
    close(model.plan(1_800_000, given, COSTS)["cpu"]["hashing"], 0.2 * 2 * 1.5)


def test_tables_hold_what_the_days_of_each_leave():
    told = model.plan(1 << 20, dataclasses.replace(PLAIN, logins_a_year=2), COSTS)["tables_mib"]
    close(told["insured_person"], 1024)
    close(told["account"], 512)
    close(told["outbox"], 3 * 0.3 * 1024)  # four weeks
    close(told["audit_event"], 0.5 * (1 + 2) * 1024)  # all registrations and logins of the year
    close(told["all"], sum(mib for table, mib in told.items() if table != "all"))


def test_the_arrangement_follows_from_size():
    kinds = [model.plan(members, model.Assumptions(), COSTS)["topology"]
             for members in (10_000, 5_000_000, 28_000_000)]
    assert kinds[0] == {"kind": "one machine", "databases": 1}, kinds
    assert kinds[1]["kind"] == "replicas, a cluster of three nodes", kinds
    assert (kinds[1]["databases"], kinds[2]["databases"]) == (1, 4), kinds
    dear = dataclasses.replace(COSTS, registration=dataclasses.replace(COST, hash_ms=50_000))
    assert model.plan(400_000, PLAIN, dear)["topology"]["kind"] == "replicas, one database"


def test_replicas_have_room_for_hashes_and_for_mails():
    # 2,000 a second at 11 ms are 22 cores.
    hashing = model.plan(180_000_000, dataclasses.replace(PLAIN, replica_cores=4, relay_ms=1), COSTS)
    assert hashing["service"] == {"replicas": 6, "cores_each": 4, "memory_mib_each": 60 + 2 * 19}, hashing["service"]
    # At a second a mail: 3,600 a minute are 60 at once, and 16 a replica.
    mails = model.plan(1_800_000, dataclasses.replace(PLAIN, relay_ms=1000), COSTS)
    assert (mails["service"]["replicas"], mails["mails"]["workers_each"]) == (4, 15), mails


def test_limits_and_notes_come_when_they_are_reached():
    small, large = (model.plan(members, model.Assumptions(), COSTS) for members in (10_000, 5_000_000))
    assert small["limits"] == {} and small["notes"] == []
    assert set(large["limits"]) == {"service_mails", "service_identities"}
    relay = dataclasses.replace(PLAIN, relay_per_minute=1200)
    told = model.plan(1_800_000, relay, COSTS)
    close(told["mails"]["wait_s"], 1800)  # 108,000 in the hour, 72,000 of them taken; the last waits for 30 minutes
    assert ["second links" in note for note in told["notes"] if "30 minutes" in note] == [False], told["notes"]
    told = model.plan(1_800_000, dataclasses.replace(relay, relay_per_minute=1199), COSTS)
    assert any("second links" in note for note in told["notes"])


def test_rounding_up_keeps_two_digits():
    for count, rounded in ((7.2, 8), (10, 10), (99.1, 100), (101, 110), (31250, 32000), (1234567, 1300000)):
        assert model.round_up(count) == rounded, count


# --- the simulation -------------------------------------------------------------------------------

NOTHING = simulation.CallCost(0, 0, 0, 0)
HASH_S = 0.02


def service_of(seed: int = 1, **settings: float) -> tuple[simulation.Simulation, simulation.Service]:
    """All calls cost nothing but a login, which is one hash."""
    run = simulation.Simulation(seed)
    costs = dict.fromkeys((*simulation.CALLS, simulation.MAIL), NOTHING)
    costs[simulation.LOGIN] = dataclasses.replace(NOTHING, hash_s=HASH_S)
    boundless = {"hashing_max": 10**9, "hashing_wait_s": 10**9, "requests_max": 10**9, "db_connections": 10**9, "relay_s": 0}
    return run, simulation.Service(run, simulation.Settings(**boundless | settings), costs)


def logins(run: simulation.Simulation, service: simulation.Service, gaps: Iterable[float]) -> list[tuple[bool, float]]:
    """Of logins with these gaps between them, in the order of their answers: were they served, and how long it took."""
    answers = []

    def one() -> simulation.Process:
        began = run.now
        served = yield from service.call(simulation.LOGIN)
        answers.append((served, run.now - began))

    for moment in itertools.accumulate(gaps):
        run.start(one(), moment)
    run.run(math.inf)
    return answers


def crommelin(servers: int, load: float) -> float:
    """The mean wait of an M/D/c queue in service times (Crommelin 1932)."""
    total = 0.0
    for n in range(1, 120):
        mean = n * load
        terms = [math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(n * servers)]
        total += (1 - math.fsum(terms)) - servers / load * (
            1 - math.fsum(terms) - math.exp(n * servers * math.log(mean) - mean - math.lgamma(n * servers + 1)))
    return total


def test_the_analytic_wait_is_that_of_one_server_where_there_is_one():
    close(round(crommelin(1, 0.7), 3), round(0.7 / (2 * (1 - 0.7)), 3))  # Pollaczek and Khinchine


def test_hashes_wait_as_in_an_m_d_c_queue():
    for threads in (1, 3):
        run, service = service_of(cores=threads, hash_threads=threads)
        load = 0.7 * threads
        gaps = (run.random.expovariate(load / HASH_S) for _ in range(12_000))
        waits = [took - HASH_S for _, took in logins(run, service, gaps)]
        found, wanted = sum(waits) / len(waits) / HASH_S, crommelin(threads, load)
        assert abs(found / wanted - 1) < 0.06, f"{threads} threads: {found:.3f} instead of {wanted:.3f}"


def test_cores_are_shared_alike():
    """Three jobs on two cores, one of which comes later: each end can be worked out."""
    run = simulation.Simulation()
    cores = simulation.Cores(run, 2)
    ends = {}

    def job(name: str, seconds: float) -> simulation.Process:
        yield cores.work(seconds)
        ends[name] = run.now

    for name, begins, seconds in (("a", 0, 2), ("b", 0, 4), ("c", 1, 2)):
        run.start(job(name, seconds), begins)
    run.run(math.inf)
    # From 1 on three at 2/3: a ends at 2.5; then b and c, of which 2 and 1 are left, have a core each.
    assert {name: round(end, 9) for name, end in ends.items()} == {"a": 2.5, "b": 4.5, "c": 3.5}, ends
    close(cores.used_s, 8)


def test_cores_may_become_fewer():
    run = simulation.Simulation()
    cores = simulation.Cores(run, 2)

    def job() -> simulation.Process:
        yield cores.work(2)

    def change() -> simulation.Process:
        yield run.sleep(1)
        cores.change(0.5)

    run.start(change())
    run.start(job())
    run.run(math.inf)
    close(run.now, 3)


def test_what_finds_no_place_is_refused_at_once():
    """At twice of what the threads bear, half is served, and a login waits for as long as the others in its load."""
    run, service = service_of(cores=2, hash_threads=2, hashing_max=32, refusal_s=0)
    answers = logins(run, service, [HASH_S / 4] * 2000)
    served = [took for was_served, took in answers if was_served]
    assert abs(len(served) / 2000 - 0.5) < 0.02, len(served)
    assert max(served) <= 32 / 2 * HASH_S + 1e-9, max(served)
    assert max(took for was_served, took in answers if not was_served) == 0


def test_a_call_that_waits_too_long_for_the_database_is_503():
    run, service = service_of(db_connections=1, database_cores=1)
    service.costs[simulation.LOGIN] = dataclasses.replace(NOTHING, database_s=1.6)
    assert [(served, round(took, 6)) for served, took in logins(run, service, [0, 0, 0])] == [
        (True, 1.6), (False, 3.0), (True, 3.2)]


def day_of(members: int, seed: int = 1, hash_s: float = HASH_S, patience_s: float = math.inf,
           people: simulation.People = simulation.People(), **settings: float) -> simulation.Day:
    """An hour in which they all come to register."""
    run, service = service_of(seed, **{"hashing_max": 32, "commit_s": 0.001, "database_cores": 2} | settings)
    service.costs = dict.fromkeys(service.costs, simulation.CallCost(0.002, 0, 0.001, 2))
    for name in (simulation.LOGIN, simulation.ACCOUNT):
        service.costs[name] = dataclasses.replace(service.costs[name], hash_s=hash_s)
    day = simulation.Day(run, service, people)
    for moment in simulation.moments(run.random, members, members, 1, 2):
        run.start(day.live(day.register), moment)
    run.run(patience_s)
    return day


def refused_of(day: simulation.Day) -> int:
    return sum(minute.refused for minute in day.minutes.values())


def test_the_day_costs_what_the_arithmetic_says():
    day = day_of(200, people=simulation.People(wrong_share=0, leave_share=0))
    assert day.ends == {"finished": 200}, day.ends
    steps = len(simulation.CALLS) + model.MAILS
    close(day.service.replicas[0].cores.used_s, 200 * (steps * 0.002 + 2 * HASH_S))
    close(day.service.database.used_s, 200 * steps * 0.001)


def test_one_replica_with_its_share_waits_no_less_than_all_of_them():
    """So a part of a large set-up may stand for it."""
    means = []
    for replicas in (1, 4):
        run, service = service_of(replicas=replicas, database_cores=replicas)
        gaps = (run.random.expovariate(replicas * 1.6 / HASH_S) for _ in range(1500 * replicas))
        waits = [took for _, took in logins(run, service, gaps)]
        means.append(sum(waits) / len(waits))
    assert HASH_S < means[1] <= means[0], means


def test_where_there_is_room_nobody_is_refused_and_nobody_gives_up():
    day = day_of(1000)
    assert refused_of(day) == 0 and day.ends.keys() <= {"finished", "left"}, day.ends
    assert day.came == 1000 and day.under_way() == 0
    # Five buttons are pressed, and at each three in a hundred leave.
    assert abs(day.ends["finished"] / 1000 - 0.97 ** 5) < 0.03, day.ends


def test_whoever_came_is_finished_gone_or_under_way():
    ends: collections.Counter[str] = collections.Counter()
    for until, crowded in ((900, {"hash_s": 8.0}), (math.inf, {"hash_s": 8.0}), (2500, {"relay_a_second": 0.1}),
                           (math.inf, {"relay_a_second": 0.1})):
        day = day_of(400, patience_s=until, **crowded)
        ends += day.ends
        assert day.came == sum(minute.came for minute in day.minutes.values())
        assert day.ends["finished"] == sum(minute.finished for minute in day.minutes.values())
        assert 0 <= day.under_way() <= day.came and (until < math.inf or day.under_way() == 0), day.ends
    assert min(ends[end] for end in ("finished", "left", "gave up", "link over")) > 0, ends


def test_more_cores_or_cheaper_hashes_refuse_fewer():
    by_cost = [refused_of(day_of(300, hash_s=hash_s)) for hash_s in (2.0, 10.0, 20.0)]
    assert by_cost == sorted(by_cost) and by_cost[0] == 0 < by_cost[2], by_cost
    by_cores = [refused_of(day_of(300, hash_s=10.0, cores=cores, hash_threads=cores)) for cores in (1, 2, 8)]
    assert by_cores == sorted(by_cores, reverse=True) and by_cores[0] > 0 == by_cores[2], by_cores


def test_one_seed_is_one_day():
    days = [day_of(50, seed) for seed in (7, 7, 8)]
    assert days[0].last_finish_s == days[1].last_finish_s != days[2].last_finish_s


def test_the_relays_limit_is_kept_and_its_queue_is_told():
    day = day_of(300, relay_a_second=0.1)
    assert max(minute.mails for minute in day.minutes.values()) > 50
    assert day.service.mails_waiting == 0


# --- the command, its reference and its page ------------------------------------------------------

def test_the_page_has_the_table_that_the_command_prints():
    page = (TREE / "docs/scaling.md").read_text(encoding="utf-8")
    assert capacity("--table") in page, "docs/scaling.md is not what `tools/capacity --table` prints"


def test_json_has_what_the_text_has():
    told = json.loads(capacity("5000000", "--json", "--hour-share", "0.04"))
    close(told["arrivals"]["hour"], 200_000)
    assert f"{told['arrivals']['busiest_minute']:,.0f}" in capacity("5000000", "--hour-share", "0.04")
    assert told["measured"]["cpu"] and told["measured"]["day"]


def test_the_simulated_day_accounts_for_everybody():
    told = json.loads(capacity("20000", "--simulate", "--json", "--hours", "1"))["simulation"]
    assert told["came"] == sum(told["ends"].values()) + told["under_way"] > 400, told["ends"]
    assert sum(minute["came"] for minute in told["minutes"]) == told["came"]
    assert told["part"] == 1 and told["settings"]["replicas"] == 1


def test_every_assumption_is_an_option_with_a_reason():
    names = [name for name, *_ in model.ASSUMPTIONS]
    assert names == [each.name for each in dataclasses.fields(model.Assumptions)]


def test_what_cannot_be_assumed_is_rejected():
    for words in ((), ("0",), ("9", "--hour-share", "1.1"), ("9", "--wrong-share", "1"), ("9", "--peak", "0")):
        done = subprocess.run([TREE / "tools/capacity", *words], capture_output=True, text=True, check=False)
        assert done.returncode == 2 and "error:" in done.stderr, words


def test_what_is_no_result_of_the_bench_is_rejected():
    done = subprocess.run([TREE / "tools/capacity", "10000", "--bench", "/dev/null"], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 1 and done.stderr.startswith("capacity: /dev/null is no result"), done.stderr


if __name__ == "__main__":
    sys.exit(tap.run(globals()))
