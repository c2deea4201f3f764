#!/usr/bin/python3
"""Is the arithmetic of tools/capacity right, and does docs/scaling.md show what it prints? Prints TAP."""

import dataclasses
import json
import math
import pathlib
import subprocess
import sys
import traceback

TREE = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(TREE / "tools/measure"))

import capacity_model as model  # noqa: E402

COST = model.Cost(service_ms=1, hash_ms=10, database_ms=2, statements=5, commits=4, rows=6, log_bytes=1 << 20,
                  table_rows={"outbox": 3, "audit_event": 1})
COSTS = model.Costs(machine={"cores": 2}, login=dataclasses.replace(COST, table_rows={"audit_event": 1}),
                    registration=COST, idle_mib=20, busy_mib=60, commits_a_second=1000, commit_ms=1,
                    row_bytes=dict.fromkeys(model.DAYS_KEPT, 1024.0))
PLAIN = model.Assumptions(repeats=1, headroom=1, logins_share=0)


def close(found: float, wanted: float) -> None:
    assert math.isclose(found, wanted, rel_tol=1e-9), f"{found} is not {wanted}"


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
    assert not any("second links" in note for note in told["notes"])
    told = model.plan(1_800_000, dataclasses.replace(relay, relay_per_minute=1199), COSTS)
    assert any("second links" in note for note in told["notes"])


def test_rounding_up_keeps_two_digits():
    assert [model.round_up(count) for count in (7.2, 10, 99.1, 101, 31250, 1234567)] == [8, 10, 100, 110, 32000, 1300000]


# --- the command, its reference and its page ------------------------------------------------------

def test_the_page_has_the_table_that_the_command_prints():
    page = (TREE / "docs/scaling.md").read_text(encoding="utf-8")
    assert capacity("--table") in page, "docs/scaling.md is not what `tools/capacity --table` prints"


def test_json_has_what_the_text_has():
    told = json.loads(capacity("5000000", "--json", "--hour-share", "0.04"))
    close(told["arrivals"]["hour"], 200_000)
    assert f"{told['arrivals']['busiest_minute']:,.0f}" in capacity("5000000", "--hour-share", "0.04")
    assert told["measured"]["cpu"] and told["measured"]["day"]


def test_every_assumption_is_an_option_with_a_reason():
    names = [name for name, *_ in model.ASSUMPTIONS]
    assert names == [each.name for each in dataclasses.fields(model.Assumptions)]


def test_what_is_no_result_of_the_bench_is_rejected():
    done = subprocess.run([TREE / "tools/capacity", "10000", "--bench", "/dev/null"], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 1 and done.stderr.startswith("capacity: /dev/null is no result"), done.stderr


def main() -> int:
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    failed = 0
    print(f"1..{len(tests)}")
    for name, test in tests:
        title = name.removeprefix("test_").replace("_", " ")
        try:
            test()
            print(f"ok {title}")
        except Exception:  # whatever it is, the others are tried
            failed += 1
            print(f"not ok {title}")
            print("# " + traceback.format_exc().strip().replace("\n", "\n# "))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
