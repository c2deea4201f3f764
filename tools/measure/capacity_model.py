"""capacity_model - the arithmetic of tools/capacity: from members, by assumptions and measured costs, to cores,
memory, commits, mails, connections and tables.

A Costs is what tools/measure/bench found, an Assumptions what is guessed of people and machines. plan() multiplies,
and rounds up where a machine or a setting is bought.
"""

import dataclasses
import math

from bench_names import LOGIN, WALK

Json = dict

MAILS = 3  # of a registration; the first two count for service_mails
MAILS_ASKED = 2
SECOND_LINK_LIVES_S = 1800
REGISTRATIONS_UNBROKEN = 10000  # who would be turned away in an hour without the database: worth a cluster
MIB = 1 << 20

# What docs/settings.md and docs/limits.md say.
DB_CONNECTIONS, DB_CONNECTIONS_MAX = 16, 100
MAIL_WORKERS, MAIL_WORKERS_MAX = 2, 16
ARGON2_MIB = 19
SERVICE_MAILS = 10000  # an hour and replica
SERVICE_IDENTITIES = 1000  # wrong numbers an hour

# For how many days a row stays (docs/operating.md), and one for the night's purge: a source that an account has logged
# in from is a counter of 30 days, and nobody refreshes the sessions. None: as long as the member.
DAYS_KEPT = {"insured_person": None, "account": None, "spent_token": 4, "limit_counter": 31, "outbox": 31, "session": 8,
             "audit_event": 400}


@dataclasses.dataclass
class Assumptions:
    """Each with its default; the reasons are in ASSUMPTIONS."""

    hour_share: float = 0.02
    day_share: float = 0.1
    weeks_share: float = 0.3
    year_share: float = 0.5
    logins_share: float = 0.005
    logins_a_year: float = 12
    repeats: float = 1.25
    wrong_share: float = 0.1
    peak: float = 2
    headroom: float = 2.5
    replica_cores: int = 8
    database_share: float = 0.5
    relay_ms: float = 100
    relay_per_minute: float = 0


# The name of each, what it is, and why it is so.
ASSUMPTIONS = (
    ("hour_share", "of the members register between nine and ten", "a fifth of the day"),
    ("day_share", "register on that day", "a posted letter arrives over two or three days and is put aside by most"),
    ("weeks_share", "register within four weeks", "a drive with one letter; a second one is another Monday"),
    ("year_share", "have an account after a year", "where the portal replaces paper; half is much"),
    ("logins_share", "of the members log in in that hour, beside those who register",
     "the letter reminds those who registered before"),
    ("logins_a_year", "logins of an account", "one a month: a notice of medical costs"),
    ("repeats", "calls for each one that is needed",
     "a password or number mistyped, a page loaded again, a second mail"),
    ("wrong_share", "of the tries at the identity step have a wrong number", "eight digits and more, typed by hand"),
    ("peak", "times the mean of the hour come in its busiest minute", "the rate rises to it and falls again, as a "
     "triangle does"),
    ("headroom", "times the CPU of the busiest minute", "one of three replicas is away (1.5), and the cores that are "
     "left are used to 60 %, where waits stay short (1.67)"),
    ("replica_cores", "cores of a machine with a replica", "what is commonly rented"),
    ("database_share", "of the commits that a database was measured to bear", "above it they wait for each other; the "
     "rest is for imports, purge and backups"),
    ("relay_ms", "milliseconds in which the relay takes a mail", "TLS, its checks, its disk"),
    ("relay_per_minute", "mails a minute that the relay takes; 0: as many as come", "ask its operator"),
)


def need(found: Json, *path: str) -> float:
    for name in path:
        if name not in found:
            raise KeyError(" / ".join(path))
        found = found[name]
    return found


@dataclasses.dataclass
class Cost:
    """Of one call, or of one registration with all that follows it."""

    service_ms: float  # CPU, without the hash
    hash_ms: float
    database_ms: float
    statements: float
    commits: float
    rows: float
    log_bytes: float
    table_rows: dict[str, float]

    @classmethod
    def of(cls, bench: Json, name: str) -> "Cost":
        closed = need(bench, "calls", name, "closed")
        spent, asked = need(closed, "cpu_ms"), need(closed, "db")
        return cls(spent["myportald"] - spent["argon2id"], spent["argon2id"], spent["mariadbd"],
                   *(need(asked, each) for each in ("statements", "commits", "rows", "log_bytes")),
                   need(closed, "table_rows"))


@dataclasses.dataclass
class Costs:
    machine: Json
    others_share: float  # of it, used by other programs meanwhile
    login: Cost
    registration: Cost
    busy_mib: float  # with as many hashes at once as the machine has cores
    commits_a_second: float  # bare ones, 32 connections
    commit_ms: float  # of one alone
    refusal_ms: float  # CPU of an answer that says no at once
    row_bytes: dict[str, float]

    @classmethod
    def of(cls, bench: Json) -> "Costs":
        peaks = [measured["closed"]["rss_peak_kib"] for measured in need(bench, "calls").values()]
        tables = need(bench, "tables")
        return cls(need(bench, "machine"), need(bench, "others_share"), Cost.of(bench, LOGIN), Cost.of(bench, WALK),
                   max(peaks) / 1024, need(bench, "limits", "commit, 32 connections", "rate"),
                   need(bench, "limits", "commit, 1 connections", "p50_us") / 1000,
                   need(bench, "limits", "edge: unknown path", "cpu_ms", "myportald"),
                   {name: found["bytes"] / max(1, found["rows"]) for name, found in tables.items()})


# --- the steps of the arithmetic ------------------------------------------------------------------

def arrivals_of(members: int, given: Assumptions) -> Json:
    hour = members * given.hour_share
    logins = members * given.logins_share
    return {"hour": hour, "day": members * given.day_share, "logins_hour": logins,
            "busiest_minute": hour * given.peak / 60, "logins_busiest_minute": logins * given.peak / 60}


def busiest_second(arrivals: Json, given: Assumptions, costs: Costs, member: str) -> float:
    """What a second of the busiest minute takes, of one member of Cost."""
    each = (arrivals["busiest_minute"] * getattr(costs.registration, member)
            + arrivals["logins_busiest_minute"] * getattr(costs.login, member))
    return each * given.repeats / 60


def cpu_of(arrivals: Json, given: Assumptions, costs: Costs) -> Json:
    """Cores, headroom included."""
    cores = {name: busiest_second(arrivals, given, costs, f"{name}_ms") * given.headroom / 1000
             for name in ("hash", "service", "database")}
    return {"hashing": cores["hash"], "service": cores["service"], "database": cores["database"]}


def mails_a_minute(arrivals: Json, given: Assumptions) -> float:
    return arrivals["busiest_minute"] * MAILS * given.repeats


def mail_workers(arrivals: Json, given: Assumptions) -> float:
    """Of all replicas together: so many mails are with the relay at once."""
    return mails_a_minute(arrivals, given) / 60 * given.relay_ms / 1000


def service_of(arrivals: Json, cpu: Json, given: Assumptions, costs: Costs) -> Json:
    """One machine for all, where it has room for all and few would miss it; else replicas, as many as the CPU or the
    mails need."""
    everything = sum(cpu.values())
    alone = everything <= given.replica_cores and arrivals["hour"] < REGISTRATIONS_UNBROKEN
    cores = max(2, math.ceil(everything)) if alone else given.replica_cores
    needed = max((cpu["hashing"] + cpu["service"]) / cores, mail_workers(arrivals, given) / MAIL_WORKERS_MAX)
    replicas = max(1 if alone else 2, math.ceil(needed))
    hashes = max(0, cores - costs.machine["cores"]) * ARGON2_MIB
    return {"replicas": replicas, "cores_each": cores, "memory_mib_each": costs.busy_mib + hashes}


def database_of(arrivals: Json, cpu: Json, given: Assumptions, costs: Costs) -> Json:
    second = {name: busiest_second(arrivals, given, costs, name) for name in ("commits", "rows", "statements")}
    borne = given.database_share * costs.commits_a_second
    writers = max(1, math.ceil(second["commits"] / borne))
    return {"cores": cpu["database"], **{f"{name}_a_second": each for name, each in second.items()},
            "log_mib_a_second": busiest_second(arrivals, given, costs, "log_bytes") / MIB, "writers": writers}


def members_within(days: float, members: int, given: Assumptions) -> float:
    """Who registers within so many days of the letter."""
    share = min(given.day_share * days, given.weeks_share) if days <= 31 else given.year_share
    return members * share


def rows_of(table: str, members: int, given: Assumptions, costs: Costs) -> float:
    """On the fullest day of the year."""
    if table == "insured_person":
        return members
    kept = min(DAYS_KEPT[table] or 365, 365)
    registrations = members_within(kept, members, given)
    if table == "account":
        return registrations
    logins = members * given.year_share * given.logins_a_year * kept / 365
    return given.repeats * (registrations * costs.registration.table_rows.get(table, 0)
                            + logins * costs.login.table_rows.get(table, 0))


def tables_of(members: int, given: Assumptions, costs: Costs) -> Json:
    mib = {table: rows_of(table, members, given, costs) * costs.row_bytes[table] / MIB for table in DAYS_KEPT}
    return mib | {"all": sum(mib.values())}


def mails_of(arrivals: Json, service: Json, given: Assumptions) -> Json:
    """The wait is that of the last mail of the hour, where the relay has a limit."""
    hour = arrivals["hour"] * MAILS * given.repeats
    workers = math.ceil(mail_workers(arrivals, given) / service["replicas"])
    over = max(0.0, hour - 60 * given.relay_per_minute) if given.relay_per_minute else 0.0
    return {"busiest_minute": mails_a_minute(arrivals, given), "hour": hour,
            "workers_each": max(MAIL_WORKERS, workers),
            "wait_s": 60 * over / given.relay_per_minute if over else 0.0}


def connections_of(arrivals: Json, service: Json, given: Assumptions, costs: Costs) -> Json:
    """Little's law for the busy ones; a replica that is restarted has as many again, and operators need some."""
    waited_ms = (busiest_second(arrivals, given, costs, "database_ms")
                 + busiest_second(arrivals, given, costs, "commits") * costs.commit_ms)
    busy = waited_ms / 1000 * given.headroom / service["replicas"]
    each = max(DB_CONNECTIONS, math.ceil(busy))
    return {"busy_each": busy, "each": each, "max_connections": (service["replicas"] + 1) * each + 20}


def limits_of(arrivals: Json, service: Json, given: Assumptions) -> Json:
    """The limits of the whole service that such an hour would reach, and to what to raise them."""
    wanted = {"service_mails": arrivals["hour"] * MAILS_ASKED * given.repeats * given.headroom / service["replicas"],
              "service_identities": arrivals["hour"] * given.repeats * given.wrong_share * given.headroom}
    usual = {"service_mails": SERVICE_MAILS, "service_identities": SERVICE_IDENTITIES}
    return {name: round_up(count) for name, count in wanted.items() if count > usual[name]}


def round_up(count: float) -> int:
    """To two digits."""
    step = 10 ** max(0, math.floor(math.log10(count)) - 1)
    return math.ceil(count / step) * step


def topology_of(arrivals: Json, service: Json, database: Json) -> Json:
    if service["replicas"] == 1:
        kind = "one machine"
    elif arrivals["hour"] < REGISTRATIONS_UNBROKEN:
        kind = "replicas, one database"
    else:
        kind = "replicas, a cluster of three nodes"
    return {"kind": kind, "databases": database["writers"]}


def notes_of(told: Json) -> list[str]:
    """What a setting alone does not solve."""
    notes = []
    if told["database"]["writers"] > 1:
        notes.append(f"one database would have to commit {told['database']['commits_a_second']:.0f} times a second: "
                     f"divide the societies among {told['database']['writers']}")
    if told["connections"]["each"] > DB_CONNECTIONS_MAX:
        notes.append(f"DB_CONNECTIONS is at most {DB_CONNECTIONS_MAX}: more replicas")
    wait_s = told["mails"]["wait_s"]
    if wait_s:
        over = ": second links are over when they come" if wait_s > SECOND_LINK_LIVES_S else ""
        notes.append(f"the relay's limit lets the last mail of the hour wait {wait_s / 60:.0f} minutes{over}")
    return notes


def plan(members: int, given: Assumptions, costs: Costs) -> Json:
    """All of it; every figure is exact, rounding is the reader's."""
    arrivals = arrivals_of(members, given)
    cpu = cpu_of(arrivals, given, costs)
    service = service_of(arrivals, cpu, given, costs)
    database = database_of(arrivals, cpu, given, costs)
    told = {"members": members, "arrivals": arrivals, "cpu": cpu, "service": service, "database": database,
            "tables_mib": tables_of(members, given, costs), "mails": mails_of(arrivals, service, given),
            "connections": connections_of(arrivals, service, given, costs),
            "limits": limits_of(arrivals, service, given), "topology": topology_of(arrivals, service, database)}
    return told | {"notes": notes_of(told)}
