"""load - members come by a planned clock, whether those before them have been served or not (an open model)."""

import os
import random
import shlex
import subprocess
import threading
import time

import history
import members
import wire

MAIL_WAIT_S = 90  # a journey waits for its mail: a relay may have been away
LOOK_S = 0.1
STEPS_EACH = 9  # calls of a journey on average: a rate is told in calls
THREADS_MAX = 600


class Mails:
    """The tokens of mailed links, as the catcher keeps them."""

    def __init__(self, folder: str, secrets: history.Secrets):
        self.folder, self.secrets = os.path.join(folder, "tokens"), secrets
        self.wait_s = MAIL_WAIT_S
        self.taken: set[str] = set()

    def read(self, address: str) -> list[str]:
        try:
            with open(os.path.join(self.folder, address.lower()), encoding="ascii") as file:
                return [line for line in file.read().split("\n")[:-1] if line != "-"]
        except FileNotFoundError:
            return []

    def token(self, address: str, use: str) -> str:
        """Of the newest link of this use that no journey has taken yet."""
        last = time.monotonic() + self.wait_s
        while time.monotonic() < last:
            for token in reversed(self.read(address)):
                self.secrets.add("link", token)
                told = wire.claims(token)
                if told["use"] == use and told["jti"] not in self.taken:
                    self.taken.add(told["jti"])
                    return token
            time.sleep(LOOK_S)
        raise members.Over("the mail did not come")


class Captcha:
    """The answers that a member would read off the picture, from the operator's command. Its keys are those of its
    start: after a rotation it is started anew."""

    def __init__(self, ctl: str | list[str]):
        self.command = (shlex.split(ctl) if isinstance(ctl, str) else ctl) + ["captcha", "answer", "-"]
        self.lock = threading.Lock()
        self.process: subprocess.Popen | None = None

    def answer(self, token: str) -> str | None:
        with self.lock:
            return self.ask(token) or self.ask(token)

    def ask(self, token: str) -> str | None:
        if self.process is None:
            self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                            stderr=subprocess.DEVNULL, bufsize=1, start_new_session=True)
        try:
            self.process.stdin.write(token + "\n")
            line = self.process.stdout.readline().strip()
        except OSError:
            line = ""
        if not line:
            self.stop()
        return line or None

    def stop(self) -> None:
        if self.process:
            try:
                self.process.stdin.close()
            except OSError:
                pass
            self.process.wait()
            self.process = None


def people(roster: str) -> list[str]:
    """番号 then 記号 of those who can register, each spelt by nobody else."""
    with open(roster, encoding="utf-8") as file:
        rows = [line.rstrip("\n").split(",") for line in file][1:]
    insured = [number + symbol for symbol, number, _, kind, _, _, _, until in (row[:8] for row in rows)
               if kind == "1" and not until]
    spelt: dict[str, int] = {}
    for each in insured:
        spelt[each] = spelt.get(each, 0) + 1
    return [each for each in insured if spelt[each] == 1 and each.isascii() and each.isdigit()]


class Load:
    def __init__(self, world: dict, seed: int, log: history.History, secrets: history.Secrets):
        self.seed, self.history, self.secrets = seed, log, secrets
        self.front = wire.Front(world["front"])
        self.mails = Mails(world["mail"], secrets)
        self.captcha = Captcha(world["ctl"])
        self.pulse = history.Pulse()
        self.patience_s = 60.0  # of a client with one call
        self.lock = threading.Lock()
        self.people = people(world["roster"])
        random.Random(f"{seed} people").shuffle(self.people)
        self.free: list[members.Account] = []
        self.accounts: list[members.Account] = []
        self.names = 0
        self.threads: list[threading.Thread] = []
        self.ends: dict[str, int] = {}  # how journeys ended
        self.errors: list[str] = []

    # --- what is new ----------------------------------------------------------------------------------

    def new_person(self) -> str:
        with self.lock:
            if not self.people:
                raise members.Over("everybody has come")
            return self.secrets.add("number", self.people.pop())

    def next_name(self) -> int:
        with self.lock:
            self.names += 1
            return self.names

    def new_address(self, rng) -> str:
        return self.secrets.add("address", f"m{self.next_name()}x{rng.randrange(10**6)}@chaos.example.jp")

    def new_password(self, rng) -> str:
        letters = "".join(rng.choice("bcdfghkmnprstvwz") + rng.choice("aeiou") for _ in range(6))
        return self.secrets.add("password", f"{letters}{rng.randrange(10**5):05}q")

    def new_nickname(self, rng) -> str:
        return "名前" + "".join(rng.choice("あかさたなはまやらわいきしちに") for _ in range(6))

    def keep(self, account: members.Account) -> None:
        """From now on somebody may come back with it."""
        with self.lock:
            self.accounts.append(account)
            self.free.append(account)

    # --- journeys ---------------------------------------------------------------------------------------

    def run(self, seconds: float, rate: float) -> None:
        """Starts journeys for so long. The clock is drawn from the seed, and nothing moves it."""
        rng = random.Random(f"{self.seed} arrivals")
        due, number = 0.0, 0
        while True:
            due += rng.expovariate(rate / STEPS_EACH)
            if due > seconds:
                return
            number += 1
            time.sleep(max(0.0, due - self.history.now()))
            self.begin(number, due)

    def begin(self, number: int, due: float) -> None:
        self.threads = [each for each in self.threads if each.is_alive()]
        if len(self.threads) >= THREADS_MAX:
            self.count("turned away: too many are under way")
            return
        thread = threading.Thread(target=self.journey, args=(number, due), daemon=True)
        self.threads.append(thread)
        thread.start()

    def journey(self, number: int, due: float) -> None:
        rng = random.Random(f"{self.seed} journey {number}")
        table = members.OF_STRANGERS | members.OF_MEMBERS
        story = rng.choices(list(table), list(table.values()))[0]
        account = self.take_account(rng) if story in members.OF_MEMBERS else None
        if story in members.OF_MEMBERS and account is None:
            story = members.registers
        source = account.source if account else f"127.{rng.randrange(16, 250)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"
        client = members.Client(self, number, story.__name__, source)
        client.planned = due
        try:
            if account:
                self.as_member(story, members.Member(client, rng, account))
            else:
                story(client, rng)
            self.count(f"{story.__name__}: done")
        except members.Over as over:
            self.count(f"{story.__name__}: {over}")
        except Exception as error:  # a fault of this program: the run has failed
            with self.lock:
                self.errors.append(f"{story.__name__}: {error!r}")
        finally:
            client.wire.close()

    def take_account(self, rng) -> members.Account | None:
        with self.lock:
            return self.free.pop(rng.randrange(len(self.free))) if self.free else None

    def as_member(self, story, member: members.Member) -> None:
        """Afterwards somebody else may come with the account, if it is still known what its password is."""
        try:
            story(member)
        finally:
            account = member.account
            if not account.is_gone and not account.failures and len(account.passwords) == 1:
                with self.lock:
                    self.free.append(account)

    def count(self, how: str) -> None:
        with self.lock:
            self.ends[how] = self.ends.get(how, 0) + 1

    def wait(self, seconds: float) -> int:
        """Until all journeys have ended; returns how many have not."""
        last = time.monotonic() + seconds
        for thread in self.threads:
            thread.join(max(0.0, last - time.monotonic()))
        return sum(thread.is_alive() for thread in self.threads)
