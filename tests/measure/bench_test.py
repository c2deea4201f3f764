#!/usr/bin/python3
"""Is the arithmetic of tools/measure/bench right: medians, the table of the bar, what a change cost, growth? Are its plots,
and the flame graph of tools/measure/profile, well-formed, and do they show what they were given? Prints TAP."""

import copy
import pathlib
import sys
import tempfile
from xml.etree import ElementTree

TREE = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(TREE / "tools/measure"))

import bench_figures as figures  # noqa: E402
import bench_plots  # noqa: E402
import flame  # noqa: E402
import tap  # noqa: E402
from bench_names import CAPTCHA, INVITATION, LOGIN, MAIL, PROFILE, PROFILE_ONE_CORE, WALK  # noqa: E402
from tap import close  # noqa: E402



def call_of(service: float, hashing: float, database: float, trips: float, rate: float) -> dict:
    return {"closed": {"rate": rate, "errors": 0, "rss_peak_kib": 60 * 1024, "p50_us": 1000, "p99_us": 1500,
                       "service_ms": service, "cpu_ms": {"myportald": service + hashing, "argon2id": hashing, "mariadbd": database},
                       "db": {"trips": trips, "commits": 1}}}


def round_of() -> dict:
    """One in which each figure is just within its bound."""
    calls = {WALK: call_of(2.5, 20, 2.2, 14, 45), LOGIN: call_of(0.25, 10, 0.5, 3, 95),
             PROFILE: call_of(0.05, 0, 0.0625, 1, 15000), PROFILE_ONE_CORE: call_of(0.05, 0, 0.0625, 1, 3000),
             INVITATION: call_of(0.5, 0, 0.25, 4, 2000), CAPTCHA: call_of(0.5, 0, 0.0625, 1, 2000),
             MAIL: call_of(0.25, 0, 0.25, 1, 1500)}
    calls[PROFILE]["open"] = dict(calls[PROFILE]["closed"], p99_us=2000)
    return {"calls": calls, "start_ms": 15, "rss_idle_kib": 18 * 1024, "limits": {
        "hash": {"rate": 100, "cpu_ms": 20}, "edge: GET /healthz, one core": {"rate": 10000},
        "ES256 verify": {"rate": 20000, "cpu_ms": {"openssl": 0.05}},
        "select, 1 connections": {"rate": 30000, "cpu_ms": {"mariadbd": 0.0125}},
        "select, 32 connections": {"rate": 40000, "cpu_ms": {"mariadbd": 0.0125}}}}


TIMES = ("start_ms", "service_ms", "p50_us", "p99_us")


def scaled(told: dict, by: float) -> dict:
    """The same on a machine that is so many times slower: times grow, rates shrink, counts and memory stay."""
    slower = copy.deepcopy(told)

    def walk(part: dict) -> None:
        for name, value in part.items():
            if name == "cpu_ms" and not isinstance(value, dict) or name in TIMES:
                part[name] = value * by
            elif name == "cpu_ms":
                part[name] = {who: ms * by for who, ms in value.items()}
            elif name == "rate":
                part[name] = value / by
            elif isinstance(value, dict):
                walk(value)

    walk(slower)
    return slower


def rounds_of(change=lambda told: None) -> list[dict]:
    """Three rounds at three moments of a machine: as it was, slower, faster."""
    made = [scaled(round_of(), by) for by in (1, 1.5, 0.75)]
    for each in made:
        change(each)
    return made


# --- medians and the bar --------------------------------------------------------------------------

def test_a_median_is_taken_of_each_figure_in_the_rounds_that_have_it():
    found = figures.medians_of([{"a": {"b": 1, "why": ""}}, {"a": {"b": 7, "why": "no"}}, {"a": {"b": 3}, "c": 5}])
    assert found == {"a": {"b": 3, "why": "no"}, "c": 5}, found


def test_a_line_is_met_at_its_bound_and_missed_beyond_it():
    rows = figures.rows_of([round_of()])
    assert {row.met for row in rows if not row.work.startswith("every call")} == {"met"}, rows
    for row in figures.rows_of([scaled(round_of(), 1.01)]):
        ratio = "/" in row.work or row.work.startswith("every call")  # both sides are slower
        assert ratio or row.met == "missed", row


def test_the_median_of_the_rounds_is_judged_and_their_spread_told():
    rounds = [round_of(), round_of(), round_of()]
    rounds[0]["start_ms"], rounds[2]["start_ms"] = 14, 99
    row = figures.rows_of(rounds)[-1]
    assert (row.found, row.spread, row.met) == ("15.0 ms", "14-99", "met"), row


def test_what_was_not_measured_is_neither_met_nor_missed():
    told = round_of()
    del told["calls"][MAIL]
    rows = {row.work: row.met for row in figures.rows_of([told])}
    assert rows["mails per second, one worker, local relay"] == "not measured", rows
    assert len(rows) == 12, rows


# --- what a change cost ---------------------------------------------------------------------------

def test_another_moment_of_the_machine_is_no_change():
    changes = figures.changes_of(rounds_of(), [scaled(each, 1.3) for each in rounds_of()])
    in_units = [each for each in changes if each.kind in figures.UNITS]
    assert len(in_units) >= 28, in_units
    for each in in_units:
        close(each.ratio, 1)
        assert each.mark == "", each


def test_a_change_beyond_the_spread_is_marked():
    def change(told: dict) -> None:
        told["calls"][PROFILE]["closed"]["cpu_ms"]["mariadbd"] *= 2
        told["calls"][PROFILE]["closed"]["db"]["trips"] = 2
        told["calls"][INVITATION]["closed"]["rate"] *= 1.25
        told["calls"][LOGIN]["closed"]["rate"] /= 2

    marked = {(each.call, each.kind): each for each in figures.changes_of(rounds_of(), rounds_of(change)) if each.mark}
    assert {name: each.mark for name, each in marked.items()} == {
        (PROFILE, "MariaDB CPU"): "worse", (PROFILE, "trips"): "worse", (INVITATION, "rate"): "better",
        (LOGIN, "rate with hashes"): "worse"}, marked
    close(marked[PROFILE, "MariaDB CPU"].ratio, 2)
    close(marked[INVITATION, "rate"].ratio, 1.25)


def test_within_the_spread_nothing_is_marked():
    before, now = rounds_of(), rounds_of()
    for each, by in zip(before, (1, 1.2, 1.4)):
        each["calls"][CAPTCHA]["closed"]["service_ms"] *= by
    for each, by in zip(now, (1.3, 1.5, 1.7)):
        each["calls"][CAPTCHA]["closed"]["service_ms"] *= by
    found = [each for each in figures.changes_of(before, now) if (each.call, each.kind) == (CAPTCHA, "service CPU")]
    close(found[0].ratio, 1.5 / 1.2)
    close(found[0].low, 1.3 / 1.4)
    close(found[0].high, 1.7 / 1)
    assert found[0].mark == "", found


# --- growth ---------------------------------------------------------------------------------------

def growth_of(small: dict, large: dict) -> dict:
    return {"sizes": [10000, 1000000], "rounds": [
        {"10000": scaled(small, by), "1000000": scaled(large, by)} for by in (1, 3, 1)]}


def test_growth_is_told_beside_that_of_the_bare_select():
    """A call whose cost grew by half, where a bare SELECT grew by a quarter: 1.2; in one round the machine was slow."""
    small = round_of()
    large = scaled(small, 1.25)
    for name in large["calls"]:
        large["calls"][name]["closed"]["cpu_ms"] = {
            who: ms * 1.5 for who, ms in small["calls"][name]["closed"]["cpu_ms"].items()}
        large["calls"][name]["closed"]["service_ms"] = 1.5 * small["calls"][name]["closed"]["service_ms"]
    growth = growth_of(small, large)
    for each in figures.grown_of(growth):
        close(each.raw, 1.5)
        close(each.bare, 1.25)
        close(each.relative, 1.2)
    row = figures.growth_row(growth)
    assert row.work == "every call with 1,000,000 persons and accounts / with 10,000", row
    assert row.found.startswith("1.20 x") and row.met == "met so far", row
    growth["sizes"][-1] = figures.GROWTH_TO
    for each in growth["rounds"]:
        each[str(figures.GROWTH_TO)] = each["1000000"]
    assert figures.growth_row(growth).met == "met"
    for each in growth["rounds"]:
        each[str(figures.GROWTH_TO)]["calls"][PROFILE]["closed"]["service_ms"] *= 9
    assert figures.growth_row(growth).met == "missed"


# --- pictures -------------------------------------------------------------------------------------

SVG = "{http://www.w3.org/2000/svg}"


def picture(text: str) -> ElementTree.Element:
    """One that a reader of the screen can tell something of, too."""
    root = ElementTree.fromstring(text)
    assert root.tag == f"{SVG}svg" and root.get("role") == "img" and root.get("aria-label"), root.attrib
    assert root.find(f"{SVG}title").text and root.find(f"{SVG}desc").text
    assert "prefers-color-scheme: dark" in root.find(f"{SVG}style").text
    return root


def test_each_plot_is_a_picture_with_all_calls():
    told = round_of() | {"cores": 2, "growth": growth_of(round_of(), round_of())}
    with tempfile.TemporaryDirectory() as folder:
        bench_plots.write(told, pathlib.Path(folder))
        plots = {path.stem: path.read_text(encoding="utf-8") for path in pathlib.Path(folder).iterdir()}
    assert set(plots) == {"rate", "latency", "cpu", "growth"}, plots.keys()
    for name, text in plots.items():
        shown = {found for element in picture(text).iter(f"{SVG}text") for call in told["calls"]
                 for found in [call] if element.text and element.text.startswith(call)}
        wanted = {PROFILE} if name == "latency" else set(told["calls"])
        assert wanted <= shown, (name, wanted - shown)


def test_the_shares_of_the_cpu_are_as_wide_as_they_are_large():
    told = round_of() | {"cores": 2}
    bars = [element for element in picture(bench_plots.cpu_plot(told)).iter(f"{SVG}rect")
            if element.find(f"{SVG}title").text.startswith(LOGIN)]
    widths = [float(element.get("width")) / bench_plots.PLOT for element in bars]
    for found, ms in zip(widths, (10, 0.25, 0.5)):
        assert abs(found - ms / 10.75) < 0.001, widths


def test_the_page_has_every_line_of_the_bar_and_its_plots():
    page = (TREE / "docs/performance.md").read_text(encoding="utf-8")
    for bar in figures.BAR:
        assert f"\n| {bar.work} | {bar.bar} | " in page, f"tools/measure/bench --page: {bar.work}"
    for name in ("rate", "latency", "cpu", "growth"):
        assert f"](performance/{name}.svg)" in page, name
        picture((TREE / f"docs/performance/{name}.svg").read_text(encoding="utf-8"))


PERF = """myportald
\t7f01 mysql_stmt_execute+0x10 (/usr/lib/x86_64-linux-gnu/libmariadb.so.3)
\t5502 db_run (/build/api/myportald)
\t5501 serve<T> & more (/build/api/myportald)

myportald
\tffff do_syscall_64 ([kernel.kallsyms])
\t5502 db_run (/build/api/myportald)
\t5501 serve<T> & more (/build/api/myportald)

hash
\t7f02 fill (inlined) (/usr/lib/libsodium.so.23 (deleted))
\t7f03 [unknown] (/usr/lib/libsodium.so.23)
\t7f04 [unknown] (/usr/lib/libsodium.so.23)

"""


def test_stacks_are_folded_by_thread_and_by_who_called_whom():
    root = flame.fold(PERF.splitlines(), "myportald")
    assert root.samples == 3 and list(root.above) == ["myportald", "hash"], root
    run = root.above["myportald"].above["serve<T> & more"].above["db_run"]
    assert run.samples == 2 and run.kind == "own", run
    assert {name: (each.samples, each.kind) for name, each in run.above.items()} == {
        "mysql_stmt_execute": (1, "library"), "do_syscall_64": (1, "kernel")}, run
    sodium = root.above["hash"].above["[libsodium.so.23]"]
    assert list(sodium.above) == ["fill (inlined)"], sodium


def test_a_frame_is_as_wide_as_its_share_of_the_samples():
    root = picture(flame.draw(flame.fold(PERF.splitlines(), "myportald"), "a title", "a note"))
    widths = {element.find(f"{SVG}title").text.split(":")[0]: float(element.find(f"{SVG}rect").get("width"))
              for element in root.iter(f"{SVG}g")}
    assert widths["all"] == 1200 and widths["db_run"] == 800 and widths["do_syscall_64"] == 400, widths


if __name__ == "__main__":
    sys.exit(tap.run(globals()))
