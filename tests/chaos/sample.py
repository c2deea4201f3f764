#!/usr/bin/python3
"""sample - makes sample.json, what a small real run has left, and reads it for check_test.

tests/chaos/sample.py makes it anew, on a world of its own: after a change of the history, the tables or the mails. Its
tokens and passwords are of keys and people that were made for it and are gone.
"""

import argparse
import dataclasses
import json
import pathlib
import random
import sys

import evidence
import history
import members
import run

FILE = pathlib.Path(__file__).with_name("sample.json")
SEED = 1  # with it, the visit ends with a log-out
LOG_LINES = 4  # of each log
JOURNEYS = (members.registers, members.guesses_key)
AS_MEMBER = (members.visits, members.changes_profile, members.changes_password, members.ends_sessions,
             members.resets_with_an_ended_link, members.guesses_current_password)


class Thorough(random.Random):
    """Draws the most that there is: all tries are used up, and every step is repeated."""

    def choice(self, seq):
        return max(seq) if all(isinstance(each, int) for each in seq) else super().choice(seq)

    def randrange(self, start, stop=None, step=1):
        return 0 if start == members.REPEATED else super().randrange(start, stop, step)


def live(load) -> None:
    rng = Thorough(SEED)
    for number, story in enumerate(JOURNEYS):
        try:
            story(members.Client(load, number, story.__name__, "127.20.0.1"), rng)
        except members.Over:
            pass
    account = load.accounts[0]
    for number, story in enumerate(AS_MEMBER, len(JOURNEYS)):
        story(members.Member(members.Client(load, number, story.__name__, account.source), rng, account))
    account.failures = False
    fails = members.Client(load, 99, "fails_to_log_in", account.source)
    try:
        members.fails_to_log_in(members.Member(fails, rng, account))
    except members.Over:
        pass


def make() -> None:
    one = run.Run(argparse.Namespace(cluster=False, seed=1, seconds=0.0, rate=1.0, short=False))
    run.world(one.kind, "start")
    try:
        one.prepare()
        live(one.load)
        one.dry_outbox()
        one.history.close()
        lines = history.read(run.FOLDER / "history.jsonl")
        write(evidence.collect(one.told, lines, one.seal, one.secrets, one.ctl))
    finally:
        one.load.captcha.stop()
        run.world(one.kind, "stop")


def write(made: evidence.Evidence) -> None:
    """Of mails the plain text, of logs some lines: the rest shows nothing more."""
    told = {
        "key": made.seal.key.hex(), "lines": made.lines, "limits": made.limits,
        "secrets": {kind: sorted(texts) for kind, texts in made.secrets.items()},
        "nodes": [dataclasses.asdict(node) for node in made.nodes],
        "mails": [[mail.receiver, mail.id, mail.text.partition("<!DOCTYPE")[0]] for mail in made.mails],
        "logs": {pathlib.Path(path).name: pathlib.Path(path).read_text("utf-8", "replace").splitlines()[-LOG_LINES:]
                 for path in made.logs}}
    text = json.dumps(told, ensure_ascii=False, indent=0).replace(str(run.TREE), "")
    FILE.write_text(text + "\n", encoding="utf-8")


def read(folder: pathlib.Path) -> evidence.Evidence:
    """Its logs become files in this folder."""
    told = json.loads(FILE.read_text(encoding="utf-8"))
    for name, lines in told["logs"].items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return evidence.Evidence(
        history.Seal(bytes.fromhex(told["key"])), told["lines"], [evidence.Node(**node) for node in told["nodes"]],
        [evidence.Mail(*mail) for mail in told["mails"]], [str(folder / name) for name in told["logs"]],
        {kind: set(texts) for kind, texts in told["secrets"].items()}, told["limits"], alone=True)


if __name__ == "__main__":
    sys.exit(make())
