"""bench_growth - what each call costs with many persons and accounts, beside what it costs with few.

All sizes are databases of one server, each with a service of its own. Their calls are measured in turn, and so is the
bare SELECT, so that what else the machine does meets all of them alike.
"""

import argparse
import sys
import time
from collections.abc import Iterator

import bench_figures as figures
import bench_stack as stack
from bench_calls import Bench
from bench_stack import Json, soak

NAMES = ("myportald", "other", "other2", "other3")  # of the services: tools/stack.bash ends them
REDO_LOG_BYTES = 1 << 30

# Making a user takes its rights in the database before, so all rights are given at the end.
DATABASES = """
for name in "$@"; do
    DB_NAME=$name db_users && DB_NAME=$name ctl migrate --folder "$TREE/schema" >&2
done
for name in "$@"; do
    db_admin "$name" -e "GRANT ALL ON $name.* TO '$DB_OWNER_USER'@'%'"
    db_admin "$name" <"$TREE/schema/rights.sql"
done
free_ports $((2 * $#))
"""


def benches_of(given: argparse.Namespace, settings: soak.Settings, sink: stack.Sink) -> list[Bench]:
    names = [f"size_{size}" for size in given.growth]
    port = int(soak.stack(DATABASES, settings, *names))
    benches = []
    for nth, (size, name) in enumerate(zip(given.growth, names)):
        own = settings | {"DB_NAME": name, "LISTEN": f"127.0.0.1:{port + 2 * nth}",
                          "LISTEN_INSIDE": f"127.0.0.1:{port + 2 * nth + 1}"}
        bench = Bench(given, own, sink, size, NAMES[nth])
        bench.open_loop = bench.counts_rows = False
        benches.append(bench)
    return benches


def load(bench: Bench, password_hash: str) -> None:
    began = time.monotonic()
    stack.fill_persons(bench.settings, 1, bench.persons(), stack.IN_BULK)
    stack.fill_accounts(bench.settings, bench.accounts, password_hash, stack.IN_BULK)
    print(f"bench: {bench.accounts} accounts loaded in {time.monotonic() - began:.0f} s", file=sys.stderr)


def steps_of(bench: Bench) -> Iterator[None]:
    """Its calls, between two looks at the bare SELECT, of which the mean is kept."""
    bench.calls, bench.limits = {}, {}
    bench.limit_db("select", 1)
    before = bench.limits[figures.BARE_SELECT]
    yield
    yield from bench.steps()
    bench.limit_db("select", 1)
    bench.limits[figures.BARE_SELECT] = figures.medians_of([before, bench.limits[figures.BARE_SELECT]])
    yield


def measure_round(benches: list[Bench]) -> Json:
    for _ in zip(*map(steps_of, benches)):
        pass
    return {str(bench.accounts): {"calls": bench.calls, "limits": bench.limits} for bench in benches}


def measure(given: argparse.Namespace, settings: soak.Settings, sink: stack.Sink, password_hash: str) -> Json:
    benches = benches_of(given, settings, sink)
    stack.make_room(settings, sum(bench.persons() for bench in benches))
    stack.admin(settings, f"SET GLOBAL innodb_log_file_size = {REDO_LOG_BYTES}")
    for bench in benches:
        load(bench, password_hash)
        bench.start()
        bench.warm_up()
    rounds = []
    for nth in range(given.rounds):
        print(f"bench: growth, round {nth + 1} of {given.rounds}", file=sys.stderr)
        rounds.append(measure_round(benches if nth % 2 == 0 else benches[::-1]))
    for bench in benches:
        bench.server.stop()
    return {"sizes": given.growth, "rounds": rounds}
