"""capacity_simulation - a discrete-event simulation of the service: members who come, what their calls wait for.

A process is a generator. What it yields is a function that takes `resume` and calls it once, when what was waited for
has happened. Simulated are

  cores     of each machine, shared alike by all that runs on them
  loads     admission by REQUESTS_MAX, HASHING_MAX and PICTURES_MAX, and by how long passwords would wait to be
            hashed: what finds no place is 503 at once
  hashes    a queue before as many threads as there are cores
  database  DB_CONNECTIONS, its cores, and the wait for the disk at each commit
  mails     the outbox, MAIL_WORKERS, the relay's time and its limit
  clients   what docs/api-guide.md tells apps to do after a 503

and not: the network, the proxy, faults, and locks that transactions have to wait for.
"""

import collections
import dataclasses
import heapq
import itertools
import random
from collections.abc import Callable, Generator

from bench_names import ACCOUNT, CAPTCHA, IDENTITY, INVITATION, KEY, LOGIN, PROFILE

Resume = Callable[[object], None]
Process = Generator[Callable[[Resume], None], object, object]

RETRY_AFTER_S = 1  # what the service says with a 503 of overload
DB_WAIT_S = 3  # for a connection; then the call is 503
MAIL_PART = 0.6  # of the work of asking for an invitation: what the mail's worker does, by the statements of both

MAIL = "mail"
CALLS = (INVITATION, CAPTCHA, IDENTITY, KEY, ACCOUNT, LOGIN, PROFILE)
HASH_MEAN_OF = 8
LOADS = {LOGIN: "hashing", ACCOUNT: "hashing", CAPTCHA: "pictures"}


# --- time, and what processes wait for ------------------------------------------------------------

class Simulation:
    def __init__(self, seed: int = 1):
        self.now = 0.0
        self.random = random.Random(seed)
        self.events: list[tuple[float, int, Callable[[], None]]] = []
        self.numbers = itertools.count()

    def at(self, moment: float, action: Callable[[], None]) -> None:
        heapq.heappush(self.events, (moment, next(self.numbers), action))

    def start(self, process: Process, moment: float = 0.0) -> None:
        def resume(value: object = None) -> None:
            try:
                wait = process.send(value)
            except StopIteration:
                return
            wait(resume)
        self.at(moment, resume)

    def sleep(self, seconds: float) -> Callable[[Resume], None]:
        return lambda resume: self.at(self.now + seconds, lambda: resume(None))

    def run(self, until: float) -> None:
        """Until that moment, or until nothing happens any more."""
        while self.events and self.events[0][0] <= until:
            self.now, _, action = heapq.heappop(self.events)
            action()


class Cores:
    """Shared alike: where more run than there are cores, each is so much slower. Progress is counted on a clock that
    runs as fast as each of them does, so that an end is known from the beginning."""

    def __init__(self, simulation: Simulation, count: float):
        self.simulation, self.count = simulation, count
        self.running: list[tuple[float, int, Resume]] = []
        self.clock, self.last, self.turn = 0.0, 0.0, 0
        self.used_s = 0.0

    def change(self, count: float) -> None:
        """From now on there are so many."""
        self.advance()
        self.count = count
        self.plan_next()

    def speed(self) -> float:
        return min(1.0, self.count / len(self.running))

    def advance(self) -> None:
        now = self.simulation.now
        if self.running:
            passed = (now - self.last) * self.speed()
            self.clock += passed
            self.used_s += passed * len(self.running)
        self.last = now

    def plan_next(self) -> None:
        """Of several plans only the last one counts."""
        self.turn += 1
        if self.running:
            turn = self.turn
            left = max(0.0, self.running[0][0] - self.clock) / self.speed()
            self.simulation.at(self.simulation.now + left, lambda: self.end_first(turn))

    def end_first(self, turn: int) -> None:
        if turn != self.turn:
            return
        self.advance()
        resume = heapq.heappop(self.running)[2]
        self.plan_next()
        resume(None)

    def work(self, seconds: float) -> Callable[[Resume], None]:
        def begin(resume: Resume) -> None:
            self.advance()
            heapq.heappush(self.running, (self.clock + seconds, next(self.simulation.numbers), resume))
            self.plan_next()
        return begin


class Places:
    """So many at once; the others wait in their order, for a time if one is given."""

    def __init__(self, simulation: Simulation, count: int):
        self.simulation, self.free = simulation, count
        self.waiting: collections.deque[list[Resume]] = collections.deque()  # an empty one has gone

    def take(self, wait_s: float = 0.0) -> Callable[[Resume], None]:
        """Resumes with whether there was a place in time."""
        def begin(resume: Resume) -> None:
            if self.free > 0:
                self.free -= 1
                resume(True)
                return
            entry = [resume]
            self.waiting.append(entry)
            if wait_s:
                self.simulation.at(self.simulation.now + wait_s, lambda: entry and entry.pop()(False))
        return begin

    def give_back(self) -> None:
        while self.waiting:
            entry = self.waiting.popleft()
            if entry:
                resume = entry.pop()
                self.simulation.at(self.simulation.now, lambda: resume(True))
                return
        self.free += 1


class Signal:
    """Something that happens once."""

    def __init__(self):
        self.happened = False
        self.waiting: list[Resume] = []

    def give(self) -> None:
        self.happened = True
        for resume in self.waiting:
            resume(None)

    def wait(self) -> Callable[[Resume], None]:
        return lambda resume: resume(None) if self.happened else self.waiting.append(resume)


# --- the service ----------------------------------------------------------------------------------

@dataclasses.dataclass(frozen=True)
class CallCost:
    """CPU in seconds; commits are waited for, too."""

    service_s: float
    hash_s: float
    database_s: float
    commits: float

    def part(self, share: float) -> "CallCost":
        return CallCost(self.service_s * share, self.hash_s, self.database_s * share, self.commits * share)

    def slower(self, times: float) -> "CallCost":
        """On cores that take so many times as long."""
        return CallCost(self.service_s * times, self.hash_s * times, self.database_s * times, self.commits)

    def without(self, other: "CallCost") -> "CallCost":
        return CallCost(max(0.0, self.service_s - other.service_s), self.hash_s,
                        max(0.0, self.database_s - other.database_s), max(0.0, self.commits - other.commits))


def call_costs(bench: dict) -> dict[str, CallCost]:
    """By what tools/measure/bench found. It counts a mail to the call that asks for it; here mails are of their own."""
    costs = {}
    for name in CALLS:
        closed = bench["calls"][name]["closed"]
        spent = {who: ms / 1000 for who, ms in closed["cpu_ms"].items()}
        costs[name] = CallCost(spent["myportald"] - spent["argon2id"], spent["argon2id"], spent["mariadbd"],
                               closed["db"]["commits"])
    costs[MAIL] = costs[INVITATION].part(MAIL_PART)
    return costs | {name: costs[name].without(costs[MAIL]) for name in (INVITATION, IDENTITY, ACCOUNT)}


@dataclasses.dataclass
class Settings:
    """As docs/settings.md names them; and what the machines are."""

    replicas: int = 1
    cores: float = 2  # of each replica
    database_cores: float = 0  # 0: the database runs on the first replica's machine
    hash_threads: int = 2
    hashing_max: int = 96
    hashing_wait_s: float = 2.0
    pictures_max: int = 8
    requests_max: int = 192
    db_connections: int = 16
    mail_workers: int = 2
    commit_s: float = 0.001
    refusal_s: float = 0.00002  # CPU of a 503
    relay_s: float = 0.1
    relay_a_second: float = 0  # 0: as many as come


class Replica:
    def __init__(self, simulation: Simulation, settings: Settings):
        self.cores = Cores(simulation, settings.cores)
        self.threads = Places(simulation, settings.hash_threads)
        self.connections = Places(simulation, settings.db_connections)
        self.mail_workers = Places(simulation, settings.mail_workers)
        self.most = {"hashing": settings.hashing_max, "pictures": settings.pictures_max,
                     "rest": settings.requests_max, "all": settings.requests_max}
        self.held = dict.fromkeys(self.most, 0)
        self.hash_threads, self.hashing_wait_s = settings.hash_threads, settings.hashing_wait_s
        self.hash_s = 0.0  # that the last ones took, as hash_pool.c has it

    def note_hash(self, took_s: float) -> None:
        counted = min(took_s, 2 * self.hash_s)
        self.hash_s = self.hash_s + (counted - self.hash_s) / HASH_MEAN_OF if self.hash_s else took_s

    def hashing_wait(self) -> float:
        return self.held["hashing"] * self.hash_s / self.hash_threads

    def enter(self, load: str) -> bool:
        has_place = all(self.held[each] < self.most[each] for each in (load, "all")) and (
            load != "hashing" or self.hashing_wait() <= self.hashing_wait_s)
        if has_place:
            self.held[load] += 1
            self.held["all"] += 1
        return has_place

    def leave(self, load: str) -> None:
        self.held[load] -= 1
        self.held["all"] -= 1


class Service:
    """All replicas, behind a proxy that gives each the next call."""

    def __init__(self, simulation: Simulation, settings: Settings, costs: dict[str, CallCost]):
        self.simulation, self.settings, self.costs = simulation, settings, costs
        self.replicas = [Replica(simulation, settings) for _ in range(settings.replicas)]
        apart = settings.database_cores > 0
        self.database = Cores(simulation, settings.database_cores) if apart else self.replicas[0].cores
        self.turn = itertools.cycle(self.replicas)
        self.relay_free_at = 0.0
        self.mails_waiting = 0

    def call(self, name: str) -> Process:
        """One request. Returns whether it was served: the other answer is 503."""
        replica, load, cost = next(self.turn), LOADS.get(name, "rest"), self.costs[name]
        if not replica.enter(load):
            yield replica.cores.work(self.settings.refusal_s)
            return False
        served = yield from self.serve(replica, cost)
        replica.leave(load)
        return served

    def serve(self, replica: Replica, cost: CallCost) -> Process:
        yield replica.cores.work(cost.service_s / 2)
        visits = (cost.part(0.5), cost.part(0.5)) if cost.hash_s else (cost,)
        for visit in visits:
            if not (yield from self.ask_database(replica, visit)):
                return False
            if visit is visits[0] and cost.hash_s:
                yield from self.hash(replica, cost.hash_s)
        yield replica.cores.work(cost.service_s / 2)
        return True

    def hash(self, replica: Replica, seconds: float) -> Process:
        yield replica.threads.take()
        began = self.simulation.now
        yield replica.cores.work(seconds)
        replica.note_hash(self.simulation.now - began)
        replica.threads.give_back()

    def ask_database(self, replica: Replica, cost: CallCost) -> Process:
        if not (yield replica.connections.take(DB_WAIT_S)):
            return False
        yield self.database.work(cost.database_s)
        if cost.commits:
            yield self.simulation.sleep(cost.commits * self.settings.commit_s)
        replica.connections.give_back()
        return True

    def mail(self) -> Signal:
        """A mail that a served call has asked for; the signal is that it is in the mailbox."""
        came = Signal()
        self.mails_waiting += 1
        self.simulation.start(self.send(came), self.simulation.now)
        return came

    def send(self, came: Signal) -> Process:
        replica, cost = next(self.turn), self.costs[MAIL]
        yield replica.mail_workers.take()
        yield replica.cores.work(cost.service_s)
        yield from self.ask_database(replica, cost)
        yield self.simulation.sleep(self.relay_turn() + self.settings.relay_s)
        replica.mail_workers.give_back()
        self.mails_waiting -= 1
        came.give()

    def relay_turn(self) -> float:
        """How long until the relay's limit lets the next one through."""
        if not self.settings.relay_a_second:
            return 0.0
        begins = max(self.simulation.now, self.relay_free_at)
        self.relay_free_at = begins + 1 / self.settings.relay_a_second
        return begins - self.simulation.now


# --- the members ----------------------------------------------------------------------------------

@dataclasses.dataclass(frozen=True)
class People:
    """What members do between the calls. Seconds are means, of an exponential distribution: most are quicker, and some
    take very long. What nobody has measured is guessed so that it makes the morning harder: short pauses, few who
    leave."""

    read_mail_s: float = 60  # until a mail that came is opened: who waits for it looks at once
    type_s: float = 40  # a step: a number, a picture, a password twice
    wrong_share: float = 0.1  # of the numbers, and of the passwords
    leave_share: float = 0.03  # who puts it off, at each step
    patience: int = 4  # how often a member who was told "later" tries again
    come_back_s: float = 60  # and after how long
    tries: int = 3  # of the app, for one press of a button: tools/client does so
    link_1_lives_s: float = 10800
    link_2_lives_s: float = 1800


class Minute:
    """What a minute saw. Calls are counted when they are answered."""

    def __init__(self):
        self.came = self.finished = self.refused = 0
        self.waits_s: list[float] = []
        self.mails = 0


class Left(Exception):
    """A member who is gone, and why."""


class Day:
    """Members come, and each lives a story; at the end each one is accounted for."""

    def __init__(self, simulation: Simulation, service: Service, people: People):
        self.simulation, self.service, self.people = simulation, service, people
        self.minutes: collections.defaultdict[int, Minute] = collections.defaultdict(Minute)
        self.ends: collections.Counter[str] = collections.Counter()
        self.came = 0
        self.last_finish_s = 0.0

    def minute(self) -> Minute:
        found = self.minutes[int(self.simulation.now // 60)]
        found.mails = max(found.mails, self.service.mails_waiting)
        return found

    def chance(self, share: float) -> bool:
        return self.simulation.random.random() < share

    def pause(self, mean_s: float) -> Callable[[Resume], None]:
        return self.simulation.sleep(self.simulation.random.expovariate(1 / mean_s))

    # One press of a button, with the repeats of the app and then those of the member.

    def ask(self, name: str) -> Process:
        for press in range(self.people.patience + 1):
            if press:
                yield self.pause(self.people.come_back_s)
            if (yield from self.press(name)):
                return
        raise Left("gave up")

    def press(self, name: str) -> Process:
        for tried in range(self.people.tries):
            if tried:
                wait_s = RETRY_AFTER_S * 2 ** (tried - 1)
                yield self.simulation.sleep(wait_s * (1 + self.simulation.random.random() / 4))
            began = self.simulation.now
            if (yield from self.service.call(name)):
                self.minute().waits_s.append(self.simulation.now - began)
                return True
            self.minute().refused += 1
        return False

    # The stories.

    def step(self, *names: str, wrong_share: float = 0.0) -> Process:
        """Typing, and the calls: again where it was typed wrongly. A rejected call costs what a good one does."""
        if self.chance(self.people.leave_share):
            raise Left("left")
        while True:
            yield self.pause(self.people.type_s)
            for name in names:
                yield from self.ask(name)
            if not self.chance(wrong_share):
                return

    def open_mail(self, lives_s: float) -> Process:
        asked = self.simulation.now
        yield self.service.mail().wait()
        yield self.pause(self.people.read_mail_s)
        if self.simulation.now - asked > lives_s:
            raise Left("link over")

    def register(self) -> Process:
        people = self.people
        yield from self.step(INVITATION)
        yield from self.open_mail(people.link_1_lives_s)
        yield from self.step(CAPTCHA, IDENTITY, wrong_share=people.wrong_share)
        yield from self.open_mail(people.link_2_lives_s)
        yield from self.step(KEY)
        yield from self.step(ACCOUNT)
        self.service.mail()
        yield from self.log_in()

    def log_in(self) -> Process:
        yield from self.step(LOGIN, wrong_share=self.people.wrong_share)
        yield from self.ask(PROFILE)

    def live(self, story: Callable[[], Process]) -> Process:
        self.came += 1
        self.minute().came += 1
        try:
            yield from story()
        except Left as left:
            self.ends[str(left)] += 1
            return
        self.ends["finished"] += 1
        self.minute().finished += 1
        self.last_finish_s = self.simulation.now

    def under_way(self) -> int:
        return self.came - self.ends.total()


def moments(chance: random.Random, count: float, first_hour: float, hours: float, peak: float) -> list[float]:
    """When they come: `first_hour` of them within a triangle, highest after a quarter of it, the others evenly until
    the end of the day."""
    base_s = 7200 / peak
    early = [chance.triangular(0, base_s, base_s / 4) for _ in range(round(first_hour))]
    late = [chance.uniform(3600, hours * 3600) for _ in range(round(count - first_hour))] if hours > 1 else []
    return sorted(early + late)


def quantile(values: list[float], share: float) -> float:
    """The smallest value that this share of all does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)] if ordered else 0.0
