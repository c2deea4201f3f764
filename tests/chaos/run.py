"""run - a run of tools/chaos: the world, members and faults for some minutes, quiet, and then the checker."""

import argparse
import collections
import json
import os
import pathlib
import random
import resource
import shlex
import signal
import subprocess
import sys
import time

import checker
import evidence
import history
import load
import members
import schedule

TREE = pathlib.Path(__file__).resolve().parents[2]
FOLDER = pathlib.Path(os.environ.get("CHAOS", TREE / ".test/chaos"))
RATE = 20.0  # calls a second: a tenth of two cores with one database, a fifth with the cluster
SHORT_S, SHORT_SEED, SHORT_RATE = 22.0, 1, 20.0
SHORT_PATIENCE_S, SHORT_MAIL_WAIT_S = 20.0, 10
JOURNEYS_END_S = 45  # after the last arrival
OUTBOX_DRY_S = 180  # a mail that failed is tried again after a minute
FLUSHED_EVERY_S = 10
LOOK_AGAIN_MAX = 150  # accounts whose member logs in once more at the end
SHOWN_MAX = 10  # of what breaks an invariant
LONG_S, LONG_IMPORT = 600, "200000"  # from so long a run on, a roster that is imported has so many lines


def world(kind: str, *words: str) -> str:
    done = subprocess.run([str(TREE / "tests/chaos/world"), kind, *words], stdout=subprocess.PIPE, text=True,
                          check=False, env={**os.environ, "CHAOS": str(FOLDER)})
    if done.returncode != 0:
        raise RuntimeError(f"world {kind} {' '.join(words)} ended with {done.returncode}")
    return done.stdout


def diagnose(text: str) -> None:
    for line in text.splitlines():
        print(f"# {line}", flush=True)


def cpu_s(pid: str) -> float:
    """Of a process; 0 where there is none by now."""
    try:
        stat = pathlib.Path("/proc", pid, "stat").read_text(encoding="ascii")
    except OSError:
        return 0
    return sum(map(int, stat.rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")


class Run:
    def __init__(self, given: argparse.Namespace):
        self.given = given
        self.kind = "cluster" if given.cluster else "single"
        self.seal, self.secrets = history.Seal(), history.Secrets()
        self.problems: list[str] = []  # of the run itself

    def prepare(self) -> None:
        self.told = json.loads((FOLDER / "world.json").read_text(encoding="utf-8"))
        self.ctl = shlex.split(self.told["ctl"]) if isinstance(self.told["ctl"], str) else self.told["ctl"]
        known = schedule.kinds(world(self.kind, "faults"))
        drawn = schedule.short(known) if self.given.short else schedule.draw(self.given.seed, self.given.seconds, known)
        self.plan = "\n".join(map(str, drawn)) or "no faults"
        self.history = history.History(FOLDER / "history.jsonl", self.seal)
        self.load = load.Load(self.told, self.given.seed, self.history, self.secrets)
        if self.given.short:
            self.load.patience_s, self.load.mails.wait_s = SHORT_PATIENCE_S, SHORT_MAIL_WAIT_S
        self.faults = schedule.Faults([str(TREE / "tests/chaos/world"), self.kind], FOLDER / "faults", drawn, self.history)

    def work(self) -> None:
        """Members and faults; then all is well again, and what is under way ends."""
        self.faults.start()
        self.load.run(self.given.seconds, self.given.rate)
        self.faults.wait()
        self.settle()
        left = self.load.wait(JOURNEYS_END_S)
        self.load.mails.wait_s = 0  # whoever still waits for a mail gives up
        self.load.wait(self.load.patience_s if left else 0)
        self.dry_outbox()
        self.look_again()
        self.history.close()

    def settle(self) -> None:
        try:
            world(self.kind, "settle")
        except RuntimeError as error:  # the checker says what that has cost
            self.problems.append(str(error))

    def dry_outbox(self) -> None:
        """What waits for its next try goes out now, as an operator would have it; what a worker held that was killed
        waits for the end of its lease, but in the short form."""
        last = time.monotonic() + OUTBOX_DRY_S
        while evidence.outbox_pending(self.told) != 0 and time.monotonic() < last:
            if self.given.short:
                evidence.Database(self.told["databases"][0], self.told["database"]).rows(
                    "UPDATE outbox SET lease_until = UTC_TIMESTAMP(6) WHERE lease_until IS NOT NULL")
            subprocess.run([*self.ctl, "outbox", "flush", "--reason", "the end of a run"], stdout=subprocess.DEVNULL,
                           check=False)
            self.wait_for_outbox(min(last, time.monotonic() + FLUSHED_EVERY_S))

    def wait_for_outbox(self, last: float) -> None:
        while evidence.outbox_pending(self.told) != 0 and time.monotonic() < last:
            time.sleep(0.25)

    def look_again(self) -> None:
        """Members come once more, now that all is well: do their passwords open their accounts, what do their access tokens,
        and is the last refresh token that they were given the right one?"""
        accounts = [each for each in self.load.accounts if not each.is_gone and not each.failures]
        random.Random(f"{self.given.seed} again").shuffle(accounts)
        for number, account in enumerate(accounts[:LOOK_AGAIN_MAX]):
            client = members.Client(self.load, -number - 1, "looks_again", account.source)
            for password in sorted(account.passwords):
                client.ask("after-login", "POST", "/v1/sessions", {"login_id": account.login_id, "password": password},
                           account=account.login_id, password=password, mail=account.addresses)
            for session in account.sessions[-3:]:
                client.ask("after-look", "GET", "/v1/me", None, session.access, account=account.login_id, by=session.id)
                client.ask("after-refresh", "POST", "/v1/sessions/refresh", {"refresh_token": session.refresh}, None,
                           account=account.login_id, by=session.id, used=session.refresh)
            client.wire.close()

    def report(self) -> None:
        lines = history.read(FOLDER / "history.jsonl")
        calls = [line for line in lines if "call" in line]
        ends = collections.Counter(line["outcome"] for line in calls)
        took = sorted(line["end"] - line["planned"] for line in calls)
        own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        theirs = sum(cpu_s(path.read_text().strip()) for path in FOLDER.rglob("*.pid") if "/db/" not in str(path))
        diagnose(f"{len(calls)} tries of {self.history.calls} calls in {self.given.seconds:.0f} s: {dict(ends)}; "
                 f"{len(self.load.accounts)} accounts; median {took[len(took) // 2] * 1000:.0f} ms; "
                 f"CPU {sum(each.ru_utime + each.ru_stime for each in own):.1f} s, "
                 f"of what was not killed {theirs:.1f} s")
        codes = collections.Counter((line["op"], line["status"], line["code"]) for line in calls
                                    if line["outcome"] == "unknown")
        diagnose("\n".join(f"{count:5} {op} {status} {code}" for (op, status, code), count in codes.most_common(12)))
        kinds = collections.Counter(line["fault"] for line in lines if "fault" in line)
        diagnose(f"{kinds.total()} faults: " + ", ".join(f"{name} {count}" for name, count in sorted(kinds.items())))
        if self.given.verbose:
            diagnose("\n".join(f"{count:5} {how}" for how, count in sorted(self.load.ends.items())))

    def check(self) -> bool:
        lines = history.read(FOLDER / "history.jsonl")
        given = evidence.collect(self.told, lines, self.seal, self.secrets, self.ctl)
        diagnose(f"{checker.owed_answers(given)} of all tries came while nothing was broken, and had to be answered")
        found = checker.check(given)
        done = sum(count for how, count in self.load.ends.items() if how.endswith(": done"))
        self.problems += self.faults.errors + self.load.errors
        if done < self.given.seconds * self.given.rate / load.STEPS_EACH / 4:
            self.problems.append(f"only {done} journeys came to their end: {self.load.ends}")
        found = {"the run went as planned": self.problems} | found
        print(f"1..{len(found)}")
        for number, (name, broken) in enumerate(found.items(), 1):
            print(f"{'not ok' if broken else 'ok'} {number} - {name}")
            diagnose("\n".join(broken[:SHOWN_MAX] + [f"and {len(broken) - SHOWN_MAX} more"] * (len(broken) > SHOWN_MAX)))
        return not any(found.values())

    def tell_plan(self) -> None:
        diagnose(f"seed {self.given.seed}, {self.kind}, {self.given.seconds:.0f} s, {self.given.rate:g} calls/s\n{self.plan}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools/chaos", description=__doc__)
    parser.add_argument("minutes", metavar="MINUTES", type=float, nargs="?")
    parser.add_argument("seed", metavar="SEED", type=int, nargs="?", help="of an earlier run, to repeat it")
    parser.add_argument("--cluster", action="store_true", help="three nodes and three replicas")
    parser.add_argument("--rate", type=float, default=RATE, metavar="N", help="calls a second")
    parser.add_argument("--keep", action="store_true", help="leave everything running, in .test/chaos")
    parser.add_argument("--short", action="store_true", help="the form of tools/test: a fixed seed, within a minute")
    parser.add_argument("--verbose", action="store_true", help="tell how the journeys ended")
    given = parser.parse_args()
    if given.short:
        given.seconds, given.seed, given.rate = SHORT_S, SHORT_SEED, SHORT_RATE
    elif given.minutes is None or given.minutes <= 0:
        parser.error("for how many MINUTES?")
    else:
        given.seconds = given.minutes * 60
        given.seed = random.randrange(10**6) if given.seed is None else given.seed
    return given


def main() -> int:
    given = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    run = Run(given)
    if given.seconds >= LONG_S:
        os.environ.setdefault("CHAOS_IMPORT", LONG_IMPORT)
    try:
        world(run.kind, "start")
        run.prepare()
        run.tell_plan()
        run.work()
        run.report()
        held = run.check()
        if not held:
            run.tell_plan()
        return 0 if held else 1
    finally:
        if hasattr(run, "load"):
            run.load.captcha.stop()
        if not given.keep:
            world(run.kind, "stop")
