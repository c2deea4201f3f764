#!/usr/bin/python3
"""The arithmetic of tools/measure/availability, on logs whose figures can be told by looking at them."""

import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools/measure"))
import availability_figures as figures  # noqa: E402

RATE = 10
PHASE = figures.Phase("case", "label", 100.0, 110.0)


def every_tenth(first: float, last: float, took: float = 0.02, status: int = 200) -> list:
    """One planned for each tenth of a second, the last one left out."""
    count = round((last - first) * RATE)
    return [figures.Call(first + n / RATE, first + n / RATE + took, status) for n in range(count)]


def row(calls: list) -> dict:
    return figures.figures(calls, PHASE, RATE)


class Availability(unittest.TestCase):
    def test_log_is_read_as_load_writes_it(self):
        calls = figures.read_calls(["7 1000000 1250000 201\n", "8 2000000 9000000 0\n"])
        self.assertEqual([(call.planned, call.ended, call.status) for call in calls],
                         [(1.0, 1.25, 201), (2.0, 9.0, 0)])

    def test_each_way_to_fail(self):
        for status, took, wanted in ((200, 0.1, ""), (201, 5.0, ""), (200, 5.1, "late"), (503, 0.1, "503"),
                                     (503, 5.1, "late"), (504, 4.8, "other"), (0, 0.1, "cut"), (0, 9.0, "cut"),
                                     (500, 0.1, "other"), (502, 0.1, "other"), (401, 0.1, "other")):
            self.assertEqual(figures.Call(0.0, took, status).failure, wanted, (status, took))

    def test_quantile_is_the_smallest_value_that_enough_do_not_exceed(self):
        self.assertEqual(figures.quantile(range(1, 101), 0.99), 99)
        self.assertEqual(figures.quantile(range(1, 102), 0.99), 100)
        self.assertEqual(figures.quantile([3], 0.99), 3)
        self.assertIsNone(figures.quantile([], 0.99))

    def test_nothing_happens(self):
        found = row(every_tenth(90, 120))
        self.assertEqual((found["requests"], found["failed"], found["unwell_s"]), (100, 0, 0.0))
        self.assertEqual((found["p99_before_ms"], found["p99_during_ms"], found["longest_s"]), (20.0, 20.0, 0.02))

    def test_unwell_from_the_first_failure_to_the_first_success_behind_the_last(self):
        calls = (every_tenth(90, 101) + every_tenth(101, 102.5, status=503) + every_tenth(102.5, 103) +
                 every_tenth(103, 103.1, status=0) + every_tenth(103.1, 120))
        found = row(calls)
        self.assertEqual((found["failed"], found["503"], found["cut"], found["unwell_s"]), (16, 15, 1, 2.1))

    def test_unwell_until_the_end_when_nothing_succeeds_any_more(self):
        found = row(every_tenth(90, 101) + every_tenth(101, 103, status=503))
        self.assertEqual(found["unwell_s"], 2.0)

    def test_what_was_under_way_belongs_to_the_phase_in_which_it_ends(self):
        early = figures.Call(99.9, 100.2, 0)  # a killed replica's
        late = figures.Call(109.9, 110.2, 503)  # the next phase's
        before = figures.Call(99.0, 99.5, 503)
        found = row([early, late, before, *every_tenth(90, 120)])
        self.assertEqual((found["failed"], found["cut"]), (1, 1))

    def test_times_are_of_those_that_were_served(self):
        found = row(every_tenth(90, 100) + every_tenth(100, 109, took=0.05) + every_tenth(109, 109.5, 0.4, 503))
        self.assertEqual((found["p99_before_ms"], found["p99_during_ms"], found["longest_s"]), (20.0, 50.0, 0.4))

    def test_what_has_not_ended_is_missed(self):
        calls = every_tenth(90, 100)
        self.assertTrue(figures.all_have_ended(calls, 99.95, RATE))
        self.assertFalse(figures.all_have_ended(calls[:50] + calls[52:], 99.95, RATE))
        self.assertTrue(figures.all_have_ended(calls[:50] + calls[52:], 94.0, RATE))

    def test_median_over_rounds(self):
        rounds = [{"failed": 1, "p99": None}, {"failed": 9, "p99": 4.0}, {"failed": 2, "p99": 8.0}]
        self.assertEqual(figures.over_rounds(rounds), {"failed": 2, "p99": 6.0})
        self.assertEqual(figures.over_rounds(rounds, max), {"failed": 9, "p99": 8.0})
        self.assertEqual(figures.over_rounds([{"p99": None}]), {"p99": None})

    def test_table(self):
        found = row(every_tenth(90, 101) + every_tenth(101, 102.5, status=503) + every_tenth(102.5, 120))
        self.assertEqual(figures.table({"it is killed": found}).splitlines()[2],
                         "| it is killed | 100 | 15 | 503: 15 (proxy 15) | 1.5 | 0.0 | 20, 20 |")

    def test_the_log_of_a_replica_tells_whose_a_503_is(self):
        line = '{"time":"1970-01-01T00:02:0%dZ","event":"request","status":%d,"code":"%s","us":1}'
        refusals = figures.read_refusals([line % (1, 503, "overloaded"), line % (2, 503, "unavailable"),
                                          line % (3, 201, "ok"), line % (9, 503, "overloaded")], 20.0)
        self.assertEqual([(each.ended, each.code) for each in refusals],
                         [(101.999, "overloaded"), (102.999, "unavailable"), (109.999, "overloaded")])
        failed = every_tenth(101, 101.4, status=503) + every_tenth(101.4, 101.5, status=0)
        found = figures.figures(failed, PHASE, RATE, refusals[:2])
        self.assertEqual(figures.ways(found), "503: 4 (overloaded 1, unavailable 1, proxy 2), cut: 1")

    def test_goals(self):
        well = row(every_tenth(90, 120))
        unwell = row(every_tenth(90, 101) + every_tenth(101, 104.5, status=503) + every_tenth(104.5, 120))
        wrong = row(every_tenth(90, 101) + every_tenth(101, 101.1, status=500) + every_tenth(101.1, 120))
        late = row(every_tenth(90, 101) + every_tenth(101, 101.1, took=5.5) + every_tenth(101.1, 120))
        misses = lambda rounds, goal: len(figures.misses("it", rounds, goal))
        self.assertEqual(misses([well, well, well], figures.Goal(failed=0, unwell_s=0)), 0)
        self.assertEqual(misses([well, well, unwell], figures.Goal(failed=0)), 1, "in any round")
        self.assertEqual(misses([well, well, unwell], figures.Goal(unwell_s=3)), 0, "the median")
        self.assertEqual(misses([well, unwell, unwell], figures.Goal(unwell_s=3)), 1)
        self.assertEqual(misses([well, well, wrong], figures.Goal()), 2, "a 500 is never right, and no 503 either")
        self.assertEqual(misses([well, well, late], figures.Goal()), 1)


if __name__ == "__main__":
    unittest.main()
