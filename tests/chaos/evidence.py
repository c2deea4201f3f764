"""evidence - what a run has left: its history, the tables of each node, the mails and the logs. The checker reads
nothing else.
"""

import base64
import dataclasses
import email
import email.policy
import getpass
import glob
import hashlib
import pathlib
import re
import subprocess

import history

TREE = pathlib.Path(__file__).resolve().parents[2]
HUGE = "insured_person"  # the roster: compared by its digest, and read where an account belongs to a person

Row = dict[str, str]


@dataclasses.dataclass
class Node:
    """The tables of one database, at the end: binary columns in hex, texts as they are."""

    tables: dict[str, list[Row]]
    persons: dict[str, str]  # id: number as it is typed, of those who have an account
    digests: dict[str, str]


@dataclasses.dataclass
class Mail:
    receiver: str
    id: str  # of its Message-ID: the row of the outbox
    text: str  # headers and parts, decoded

    @property
    def tokens(self) -> list[str]:
        """Of the links in it; the HTML part has the same one again."""
        return sorted(set(re.findall(r"#token=([A-Za-z0-9._~-]+)", self.text)))


@dataclasses.dataclass
class Evidence:
    seal: history.Seal
    lines: list[dict]  # of the history
    nodes: list[Node]
    mails: list[Mail]
    logs: list[str]  # paths
    secrets: dict[str, set[str]]
    limits: dict[str, int]  # by the number that rows have: the most that is granted
    alone: bool  # one database, not a cluster


# --- databases ------------------------------------------------------------------------------------------


class Database:
    def __init__(self, socket: str, name: str):
        self.command = ["mariadb", "--no-defaults", f"--socket={socket}", f"--user={getpass.getuser()}",
                        "--connect-timeout=5", "--default-character-set=utf8mb4", "--batch", "--skip-column-names", name]

    def rows(self, sql: str) -> list[list[str]]:
        done = subprocess.run([*self.command, "-e", sql], capture_output=True, text=True, timeout=120, check=True)
        return [line.split("\t") for line in done.stdout.split("\n")[:-1]]

    def columns(self) -> dict[str, list[tuple[str, str]]]:
        """Of each table name and type of every column."""
        found: dict[str, list[tuple[str, str]]] = {}
        for table, column, kind in self.rows(
                "SELECT table_name, column_name, data_type FROM information_schema.columns"
                " WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position"):
            found.setdefault(table, []).append((column, kind))
        return found

    def read(self, alone: bool) -> Node:
        """With nothing to compare it with, the roster is not read."""
        columns = self.columns()
        tables = {table: self.table(table, of) for table, of in columns.items() if table != HUGE}
        digests = {table: digest(rows) for table, rows in tables.items()}
        if not alone:
            digests[HUGE] = digest(self.table(HUGE, columns[HUGE]))
        persons = {row[0].lower(): row[1] for row in self.rows(
            f"SELECT HEX(id), lookup FROM {HUGE} WHERE id IN (SELECT person_id FROM account)")}
        return Node(tables, persons, digests)

    def table(self, table: str, columns: list[tuple[str, str]]) -> list[Row]:
        chosen = ", ".join(f"HEX({name})" if "binary" in kind else f"{name}" for name, kind in columns)
        return [{name: shown(kind, cell) for (name, kind), cell in zip(columns, row)}
                for row in self.rows(f"SELECT {chosen} FROM {table}")]


def shown(kind: str, cell: str) -> str:
    if kind == "varbinary" and cell != "NULL":
        return bytes.fromhex(cell).decode("utf-8", "backslashreplace")
    return cell.lower() if kind == "binary" else cell


def digest(rows: list[Row]) -> str:
    made = hashlib.sha256()
    for text in sorted("\t".join(row.values()) for row in rows):
        made.update(text.encode() + b"\n")
    return made.hexdigest()


def outbox_pending(world: dict) -> int:
    """By the first node that answers; -1: none does."""
    for socket in world["databases"]:
        try:
            return int(Database(socket, world["database"]).rows(
                "SELECT COUNT(*) FROM outbox WHERE state = 0")[0][0])
        except (subprocess.SubprocessError, OSError):
            continue
    return -1


# --- mails, limits ----------------------------------------------------------------------------------------


def read_mails(folder: str) -> list[Mail]:
    return [read_mail(path.read_bytes()) for path in sorted(pathlib.Path(folder, "new").iterdir())]


def read_mail(content: bytes) -> Mail:
    message = email.message_from_bytes(content, policy=email.policy.default)
    parts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    heads = [f"{name}: {value}" for name, value in message.items()]
    found = re.fullmatch(r"<([0-9a-f]{32})@.*>", str(message["Message-ID"]).strip())
    return Mail(str(message["X-RcptTo"]), found[1] if found else "", "\n".join(heads + parts))


def read_limits(ctl: list[str]) -> dict[str, int]:
    """What `myportalctl limits` prints, by the numbers of limit_id.h."""
    header = (TREE / "lib/domain/sql/limit_id.h").read_text(encoding="utf-8")
    numbers = {name.lower(): number for name, number in re.findall(r"X\(LIMIT_(\w+), (\d+)\)", header)}
    told = subprocess.run([*ctl, "limits"], capture_output=True, text=True, timeout=30, check=True).stdout
    found = {}
    for line in told.splitlines():
        row = re.fullmatch(r"(\w+) +\S.*? {2,}(\d+) .*", line)
        if row and row[1] in numbers:
            found[numbers[row[1]]] = int(row[2])
    return found


def enum(name: str) -> dict[str, str]:
    """Names and numbers of a list of stored_enums.h: STAGE, MAIL, OUTBOX, ACCOUNT."""
    header = (TREE / "lib/domain/sql/stored_enums.h").read_text(encoding="utf-8")
    return dict(re.findall(rf"X\({name}_(\w+), (\d+)\)", header))


def collect(world: dict, lines: list[dict], seal: history.Seal, secrets: history.Secrets, ctl: list[str]) -> Evidence:
    databases = [Database(socket, world["database"]) for socket in world["databases"]]
    alone = world["kind"] == "single"
    nodes = [database.read(alone) for database in databases]
    for _ in range(3):  # a worker may have written between two readings: then they differ once, not always
        if all(node.digests == nodes[0].digests for node in nodes):
            break
        nodes = [database.read(alone) for database in databases]
    logs = sorted({path for pattern in world["logs"] for path in glob.glob(pattern)})
    return Evidence(seal, lines, nodes, read_mails(world["mail"]), logs, secrets.known, read_limits(ctl),
                    alone)


def token_id_of(jti_hex: str) -> str:
    """A jti of a table as a token has it (members.token_id())."""
    return base64.urlsafe_b64encode(bytes.fromhex(jti_hex)).rstrip(b"=").decode()
