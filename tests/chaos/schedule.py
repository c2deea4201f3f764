"""schedule - which fault comes when: drawn from the seed before the run begins, so that it can be repeated."""

import dataclasses
import random
import subprocess
import threading
import time

QUIET_S = (4, 15)  # after a fault, so that the load gets going again
LAST_QUIET_S = 8
ENDING_MAX_S = 120
SHORT = ("replica_killed", "answers_lost", "database_killed", "replica_paused")
SHORT_EVERY_S, SHORT_LASTS_S = 5, 2
OVERLAP = 0.2  # how often the next one begins before the one before has ended


@dataclasses.dataclass
class Fault:
    name: str
    at: float  # seconds after the start
    lasts: float
    seed: int

    def __str__(self) -> str:
        return f"{self.at:.0f} s: {self.name} for {self.lasts:.0f} s (seed {self.seed})"


@dataclasses.dataclass
class Kind:
    name: str
    weight: float
    min_s: float
    max_s: float


def kinds(told: str) -> list[Kind]:
    """What `world KIND faults` prints."""
    rows = (line.split() for line in told.splitlines() if line.strip())
    return [Kind(name, float(weight), float(min_s), float(max_s)) for name, weight, min_s, max_s in rows]


def draw(seed: int, seconds: float, known: list[Kind]) -> list[Fault]:
    """All end before the run does, and no kind is there twice at a time."""
    rng = random.Random(f"{seed} faults")
    drawn: list[Fault] = []
    at = rng.uniform(*QUIET_S)
    while known:
        running = {each.name for each in drawn if each.at + each.lasts > at}
        choice = [kind for kind in known if kind.name not in running]
        if not choice:
            break
        kind = rng.choices(choice, [each.weight for each in choice])[0]
        fault = Fault(kind.name, at, rng.uniform(kind.min_s, kind.max_s), rng.randrange(10**6))
        if at + fault.lasts > seconds - LAST_QUIET_S:
            break
        drawn.append(fault)
        if rng.random() < OVERLAP and len(known) > 1 and not running:
            at += rng.uniform(0.3, 0.8) * fault.lasts
        else:
            at = max(each.at + each.lasts for each in drawn) + rng.uniform(*QUIET_S)
    return drawn


def short(known: list[Kind]) -> list[Fault]:
    """Some that are over soon, one after the other: the same in every run."""
    names = [kind.name for kind in known]
    chosen = [name for name in SHORT if name in names]
    return [Fault(name, SHORT_EVERY_S * number + 2, SHORT_LASTS_S, number) for number, name in enumerate(chosen)]


class Faults:
    """Begins and ends them on time, each in a thread of its own, and writes them into the history."""

    def __init__(self, world: list[str], in_force, drawn: list[Fault], log):
        self.world, self.in_force, self.history = world, in_force, log
        self.errors: list[str] = []
        self.threads = [threading.Thread(target=self.inflict, args=(fault,), daemon=True) for fault in drawn]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def inflict(self, fault: Fault) -> None:
        self.sleep_until(fault.at)
        start = self.history.now()
        self.act("begin", fault.name, str(fault.seed))
        self.sleep_until(fault.at + fault.lasts)
        self.act("end", fault.name)
        self.wait_for_end(fault)
        self.history.write(fault=fault.name, start=start, end=self.history.now())

    def wait_for_end(self, fault: Fault) -> None:
        """What takes its time goes on when the command has returned."""
        last = time.monotonic() + ENDING_MAX_S
        while (self.in_force / fault.name).exists():
            if time.monotonic() > last:
                self.errors.append(f"{fault.name} has not ended after {ENDING_MAX_S} s")
                return
            time.sleep(0.2)

    def sleep_until(self, at: float) -> None:
        time.sleep(max(0.0, at - self.history.now()))

    def act(self, *words: str) -> None:
        done = subprocess.run([*self.world, *words], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            self.errors.append(f"{' '.join(words)}: {done.stderr.strip()[-300:]}")

    def wait(self) -> None:
        for thread in self.threads:
            thread.join()
