"""units.py - stands in for systemd in the bare root: starts and stops what unit files say.

It reads the unit files of the root as they are installed, with drop-ins and templates, and does for a service what can be
done without systemd: its commands in their order, each with the user, group, folder, mask, limits, environment and
credentials of the unit; Type= notify, forking, oneshot, simple and exec; conditions on paths; OnFailure=; reload and stop
by the unit's commands and signals. What it does not do: namespaces and all else that hides things from a service, seccomp,
resource control, restarts, order among units, and timers, which are only kept as started. tests/flow/66_process.bats has
systemd judge those lines.

systemctl and systemd-run in the root are a script that hands its words over and prints the answer (HAND_OVER below)."""

import fnmatch
import os
import pathlib
import re
import resource
import shlex
import signal
import socket
import subprocess
import threading
import time

HAND_OVER = """#!/bin/bash
# systemctl, systemd-run - hands its name and words to tests/install/units.py, which stands in for systemd.
case " $* " in
*" set-environment "* | *" unset-environment "* | *" daemon-reload "* | *" show-environment "*) exit 0 ;;
esac
exec 9>/run/units/lock
flock 9
printf '%s\\n' "${0##*/} ${*@Q}" >/run/units/request
{ read -r status && cat; } </run/units/answer
exit "$status"
"""

FOLDERS = ["etc/systemd/system", "lib/systemd/system"]
LIMITS = {"LimitNOFILE": resource.RLIMIT_NOFILE, "LimitMEMLOCK": resource.RLIMIT_MEMLOCK,
          "LimitCORE": resource.RLIMIT_CORE}
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Failed(Exception):
    pass


def number(text):
    """A size or count: 16M, infinity."""
    units = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
    if text == "infinity":
        return 1 << 62
    return int(text[:-1]) * units[text[-1]] if text[-1] in units else int(text)


def environment_file(path):
    """NAME=value lines; quotes around a value are dropped, as systemd does."""
    found = {}
    for line in path.read_text("utf-8").splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and not name.startswith(("#", ";")):
            found[name] = value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
    return found


class Unit:
    def __init__(self, root, name):
        self.root, self.name = root, name
        self.prefix, _, rest = name.rpartition(".")[0].partition("@")
        self.instance = rest
        self.file = self.find()
        self.lines = {}
        for file in [self.file, *self.drop_ins()]:
            self.read(file.read_text("utf-8"))

    def names(self):
        template = re.sub(r"@.*(\.\w+)$", r"@\1", self.name)
        return [self.name] if template == self.name else [self.name, template]

    def find(self):
        for name in self.names():
            for folder in FOLDERS:
                if (self.root / folder / name).is_file():
                    return self.root / folder / name
        raise Failed(f"Unit {self.name} not found.")

    def drop_ins(self):
        return sorted(file for name in self.names() for folder in FOLDERS
                      for file in (self.root / folder / f"{name}.d").glob("*.conf"))

    def read(self, text):
        section = ""
        for line in text.replace("\\\n", " ").splitlines():
            line = line.strip()
            if line.startswith("["):
                section = line.strip("[]")
            elif line and line[0] not in "#;":
                key, _, value = line.partition("=")
                values = self.lines.setdefault((section, key.strip()), [])
                if value.strip():
                    values.append(value.strip())
                else:
                    values.clear()

    def words(self, text):
        """With %i and its like."""
        known = {"i": self.instance, "I": self.instance, "n": self.name, "N": self.name.rpartition(".")[0],
                 "p": self.prefix, "d": f"/run/credentials/{self.name}", "t": "/run", "%": "%"}
        return re.sub("%(.)", lambda found: known[found[1]], text)

    def all(self, key, section="Service"):
        return [self.words(value) for value in self.lines.get((section, key), [])]

    def last(self, key, preset="", section="Service"):
        return (self.all(key, section) or [preset])[-1]

    def conditions_hold(self):
        """All of those without "|", and one of those with it."""
        paths = self.all("ConditionPathExists", "Unit")
        there = {path: (self.root / path.lstrip("|/")).exists() for path in paths}
        any_of = [there[path] for path in paths if path.startswith("|")]
        return all(there[path] for path in paths if not path.startswith("|")) and (not any_of or any(any_of))


class Manager:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.active = {}  # name -> Popen, or None of what has no process of its own
        self.logs = self.root / "var/log/units"
        self.ran_in = {}  # by systemd-run, with these networks: IPAddressAllow and IPAddressDeny

    # --- accounts, environment, processes ---

    def account(self, unit):
        def entry(file, name):
            for line in (self.root / "etc" / file).read_text("utf-8").splitlines():
                if line.split(":")[0] == name:
                    return line.split(":")
            raise Failed(f"{unit.name}: no {name} in /etc/{file}")

        if unit.last("DynamicUser") == "yes":
            return 65000, 65000
        if not (user := unit.last("User")):
            return 0, 0
        uid, gid = map(int, entry("passwd", user)[2:4])
        group = unit.last("Group")
        return uid, int(entry("group", group)[2]) if group else gid

    def environment(self, unit):
        found = {"PATH": PATH, "LANG": "C.UTF-8", "INVOCATION_ID": "0" * 32}
        for line in unit.all("Environment"):
            found |= dict(word.split("=", 1) for word in shlex.split(line))
        for file in unit.all("EnvironmentFile"):
            path = self.root / file.lstrip("-/")
            if path.exists() or not file.startswith("-"):
                found |= environment_file(path)
        if unit.all("LoadCredential"):
            found["CREDENTIALS_DIRECTORY"] = unit.words("%d")
        for line in unit.all("UnsetEnvironment"):
            for name in line.split():
                found.pop(name, None)
        return found

    def load_credentials(self, unit):
        uid, gid = self.account(unit)
        folder = self.root / unit.words("%d").lstrip("/")
        for line in unit.all("LoadCredential"):
            name, path = line.split(":", 1)
            folder.mkdir(mode=0o500, parents=True, exist_ok=True)
            os.chown(folder, uid, gid)
            file = folder / name
            file.unlink(missing_ok=True)
            file.write_bytes((self.root / path.lstrip("/")).read_bytes())
            file.chmod(0o400)
            os.chown(file, uid, gid)

    def command(self, unit, line, environment):
        """The words of a command, and what stands before it."""
        flags = re.match("[-@:+!]*", line)[0]
        words = []
        for word in shlex.split(line[len(flags):]):
            if plain := re.fullmatch(r"\$(\w+)", word):
                words += environment.get(plain[1], "").split()
            else:
                words.append(re.sub(r"\$\{(\w+)\}", lambda found: environment.get(found[1], ""), word))
        return flags, words

    def spawn(self, unit, line, extra):
        environment = self.environment(unit) | extra
        flags, words = self.command(unit, line, environment)
        uid, gid = (0, 0) if set(flags) & set("+!") else self.account(unit)
        folder = unit.last("WorkingDirectory", "/").lstrip("-")

        def enter():
            os.setsid()
            os.chroot(self.root)
            os.umask(int(unit.last("UMask", "0022"), 8))
            for key, which in LIMITS.items():
                if value := unit.last(key):
                    most = min(number(value), resource.getrlimit(which)[1])  # who may not raise it keeps it
                    resource.setrlimit(which, (most, most))
            os.setgroups([])
            os.setgid(gid)
            os.setuid(uid)
            os.chdir(folder)

        self.logs.mkdir(parents=True, exist_ok=True)
        with open(self.logs / unit.name, "ab") as log:
            return subprocess.Popen(words, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                    preexec_fn=enter, executable=words[0])

    def run(self, unit, key, **extra):
        for line in unit.all(key):
            status = self.spawn(unit, line, extra).wait()
            if status != 0 and not line.startswith("-"):
                raise Failed(f"{unit.name}: {key} {line}: status {status}")

    # --- what systemctl asks for ---

    def start(self, name):
        unit = Unit(self.root, name)
        if self.is_active(name) or not unit.conditions_hold():
            return
        if not name.endswith(".service"):
            self.active[name] = None
            return
        try:
            self.load_credentials(unit)
            self.run(unit, "ExecStartPre")
            getattr(self, "begin_" + unit.last("Type", "simple").replace("-", "_"))(unit)
            self.run(unit, "ExecStartPost")
        except (Failed, OSError) as error:
            self.active.pop(name, None)
            for other in " ".join(unit.all("OnFailure", "Unit")).split():
                self.start(other)
            raise Failed(f"Job for {name} failed: {error}") from error

    def begin_simple(self, unit):
        self.active[unit.name] = self.spawn(unit, unit.all("ExecStart")[-1], {})

    begin_exec = begin_simple

    def begin_oneshot(self, unit):
        self.run(unit, "ExecStart")
        if unit.last("RemainAfterExit") == "yes":
            self.active[unit.name] = None

    def begin_forking(self, unit):
        self.run(unit, "ExecStart")
        self.active[unit.name] = None

    def begin_notify(self, unit):
        path = self.root / "run/units/notify"
        path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
            ear.bind(str(path))
            path.chmod(0o777)
            ear.settimeout(60)
            process = self.spawn(unit, unit.all("ExecStart")[-1], {"NOTIFY_SOCKET": "/run/units/notify"})
            while "READY=1" not in ear.recv(4096).decode().split("\n"):
                pass
        self.active[unit.name] = process

    def main_pid(self, unit):
        process = self.active.get(unit.name)
        return str(process.pid) if process else (self.root / unit.last("PIDFile").lstrip("/")).read_text().strip()

    def is_active(self, name):
        process = self.active.get(name)
        return name in self.active and (process is None or process.poll() is None)

    def stop(self, name):
        if name not in self.active:
            return
        unit, process = Unit(self.root, name), self.active.pop(name)
        if unit.all("ExecStop"):
            self.run(unit, "ExecStop", MAINPID=str(process.pid) if process else "")
        if process:
            process.send_signal(getattr(signal, unit.last("KillSignal", "SIGTERM")))
            process.wait(90)

    def restart(self, name):
        self.stop(name)
        self.start(name)

    def reload(self, name):
        unit = Unit(self.root, name)
        if not self.is_active(name):
            raise Failed(f"{name} is not active, cannot reload.")
        self.run(unit, "ExecReload", MAINPID=self.main_pid(unit))

    def links(self, unit):
        for line in unit.all("WantedBy", "Install"):
            for target in line.split():
                yield self.root / "etc/systemd/system" / f"{target}.wants" / unit.name

    def enable(self, name):
        unit = Unit(self.root, name)
        for link in self.links(unit):
            link.parent.mkdir(parents=True, exist_ok=True)
            link.unlink(missing_ok=True)
            link.symlink_to("/" + str(unit.file.relative_to(self.root)))

    def disable(self, name):
        for link in self.links(Unit(self.root, name)):
            link.unlink(missing_ok=True)

    def show(self, words):
        """Of --value -p KEY UNIT the values, as the unit and what is added to it have them."""
        *_, key, name = words
        return 0, " ".join(Unit(self.root, name).all(key))

    def systemd_run(self, words):
        """A command of root's with -p EnvironmentFile=FILE, -p IPAddress...=NETWORKS and -E NAME=VALUE: status, and what it
        printed. Networks are not enforced, but kept."""
        environment = {"PATH": PATH, "LANG": "C.UTF-8"}
        self.ran_in = {}
        while words and words[0].startswith("-"):
            option = words.pop(0)
            if option == "-E":
                environment |= [words.pop(0).split("=", 1)]
            elif option == "-p" and words[0].startswith("EnvironmentFile="):
                environment |= environment_file(self.root / words.pop(0).partition("=")[2].lstrip("/"))
            elif option == "-p" and words[0].startswith("IPAddress"):
                self.ran_in |= [words.pop(0).split("=", 1)]
            elif not option.startswith("--"):
                raise Failed(f"systemd-run {option} is not stood in for")
        done = subprocess.run(words, check=False, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, preexec_fn=lambda: os.chroot(self.root))
        return done.returncode, done.stdout

    def answer(self, line):
        """Status and words, as of the program that is the first word."""
        program, *words = shlex.split(line)
        if program == "systemd-run":
            return self.systemd_run(words)
        if words[:1] == ["show"]:
            return self.show(words)
        words = [word for word in words if not word.startswith("--") or word == "--now"]
        now = "--now" in words
        verb, *names = [word for word in words if word != "--now"] or [""]
        names = [name if "." in name.rpartition("@")[2] or "*" in name else f"{name}.service" for name in names]
        names = [found for name in names
                 for found in (fnmatch.filter(list(self.active), name) if "*" in name else [name])]
        if verb in ("is-active", "is-enabled"):
            good = [self.is_active(name) if verb == "is-active" else
                    any(link.is_symlink() for link in self.links(Unit(self.root, name))) for name in names]
            return (0, "active" if verb == "is-active" else "enabled") if all(good) else (3, "no")
        verb = {"try-restart": "restart", "reload-or-restart": "restart"}.get(verb, verb)
        if verb in ("start", "stop", "restart", "reload", "enable", "disable"):
            for name in names:
                getattr(self, verb)(name)
                if now:
                    self.start(name) if verb == "enable" else self.stop(name)
        return 0, ""

    # --- the other end of HAND_OVER ---

    def serve(self):
        folder = self.root / "run/units"
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("request", "answer"):
            (folder / name).unlink(missing_ok=True)
            os.mkfifo(folder / name)
        threading.Thread(target=self.listen, args=(folder,), daemon=True).start()
        threading.Thread(target=self.keep_log, daemon=True).start()

    def keep_log(self):
        """/dev/log, without which logger, and who writes to it, end with an error."""
        path = self.root / "dev/log"
        path.unlink(missing_ok=True)
        self.logs.mkdir(parents=True, exist_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear, open(self.logs / "journal", "ab", 0) as journal:
            ear.bind(str(path))
            path.chmod(0o666)
            while True:
                journal.write(ear.recv(65536) + b"\n")

    def listen(self, folder):
        while True:
            line = (folder / "request").read_text("utf-8")
            try:
                status, words = self.answer(line)
            except Failed as error:
                status, words = 1, str(error)
            except Exception as error:  # a fault here must not leave the caller waiting
                status, words = 1, f"units.py: {error!r}"
            (folder / "answer").write_text(f"{status}\n{words}\n" if words else f"{status}\n", "utf-8")
            time.sleep(0.01)
