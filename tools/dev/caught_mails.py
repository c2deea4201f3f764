"""caught_mails - the mails of tools/dev/mail-catcher's Maildir, as tools/dev/app-server shows them.

A mail's id is the name of its file. Files are whole when they appear and never change, so what the
list needs of one is read once. What a mail holds is data: nothing in it is run, and what Python's
email package cannot make sense of is told as unreadable."""

import datetime
import email
import email.parser
import email.policy
import functools
import pathlib
import re
import time

LISTED_MAX = 200  # the newest; older ones are found by their receiver
READ_BYTES_MAX = 1 << 20  # of one mail
ID = re.compile(r"[0-9]{1,19}\.[0-9]{1,10}\.to-[0-9a-f-]{1,200}", re.ASCII)
LINK = re.compile(r"https?://[!#-;=?-~]+")  # ASCII: Japanese text may follow without a blank
UNREADABLE = "(unreadable)"


def ids(maildir):
    """Those of all mails, newest first."""
    try:
        names = [path.name for path in pathlib.Path(maildir, "new").iterdir()]
    except FileNotFoundError:
        return []
    return sorted(filter(ID.fullmatch, names), reverse=True)


def state(maildir, last):
    """A pair whose second member is another word when mails came or went since LAST, the pair of
    before (None at first). Two mails may come within one tick of the folder's clock: a folder that
    changed a moment ago is read again."""
    try:
        changed_ns = pathlib.Path(maildir, "new").stat().st_mtime_ns
    except FileNotFoundError:
        return 0, "none"
    settled = abs(time.time_ns() - changed_ns) > 1_000_000_000
    if last and settled and last[0] == changed_ns:
        return last
    names = ids(maildir)
    # While it is new, no time is kept: one reading more comes when it has become old.
    return (changed_ns if settled else -1), f"{len(names)}-{names[0]}" if names else "none"


def listed(maildir, to):
    """The newest mails whose receiver's address has TO in it, as far as the list goes."""
    found, to = [], to.lower()
    for name in ids(maildir):
        summary = summary_of(maildir, name, to)
        if summary is None or not any(to in receiver.lower() for receiver in summary["to"]):
            continue
        if len(found) == LISTED_MAX:
            return {"mails": found, "more": True}
        found.append(summary)
    return {"mails": found, "more": False}


def summary_of(maildir, name, to):
    """What the list shows of a mail; None if it is gone, or its envelope does not have TO in it."""
    path = pathlib.Path(maildir, "new", name)
    try:
        return None if to and to not in envelope(path) else read_summary(path)
    except FileNotFoundError:
        return None


def envelope(path):
    """The lines that the catcher puts on top, in small letters. To look for one mail among thousands with a
    parser takes seconds."""
    with open(path, "rb") as file:
        lines = file.readline(READ_BYTES_MAX) + file.readline(READ_BYTES_MAX)
    return lines.decode("utf-8", "replace").lower()


@functools.lru_cache(maxsize=4096)
def read_summary(path):
    headers = email.parser.BytesHeaderParser(policy=email.policy.default)
    return summary_in(path.name, headers.parsebytes(read(path)))


def raw(maildir, name):
    """As it arrived; None if there is no such mail."""
    try:
        return read(pathlib.Path(maildir, "new", name))
    except FileNotFoundError:
        return None


def whole(maildir, name):
    """The summary, with the text and the links in it; None if there is no such mail."""
    mail = raw(maildir, name)
    if mail is None:
        return None
    message = parsed(mail)
    text = body(message, "plain") or ""
    return {**summary_in(name, message), "text": text, "links": LINK.findall(text),
            "has_html": body(message, "html") is not None}


def html(maildir, name):
    """The part in HTML; None if there is none. Its links open a new tab, as in a mail program."""
    mail = raw(maildir, name)
    page = None if mail is None else body(parsed(mail), "html")
    if page is None:
        return None
    head = re.search(r"<head\b[^>]*>", page, re.I)
    at = head.end() if head else 0
    return f'{page[:at]}<base target="_blank">{page[at:]}'


def read(path):
    with open(path, "rb") as file:
        return file.read(READ_BYTES_MAX)


def parsed(mail):
    return email.message_from_bytes(mail, policy=email.policy.default)


def summary_in(name, message):
    """The receivers are those of the envelope."""
    return {
        "id": name,
        "time": arrived(name),
        "from": header(message, "From"),
        "to": [word for word in header(message, "X-RcptTo").split(", ") if word],
        "subject": header(message, "Subject"),
    }


def arrived(name):
    when = datetime.datetime.fromtimestamp(int(name.partition(".")[0]) / 1e9, datetime.timezone.utc)
    return when.isoformat(timespec="milliseconds")


def or_unreadable(reader):
    """The email package answers what it cannot parse with errors of many kinds."""

    @functools.wraps(reader)
    def told(message, name):
        try:
            return reader(message, name)
        except Exception:
            return UNREADABLE

    return told


@or_unreadable
def header(message, name):
    """Decoded, on one line: =?UTF-8?B?...?= are characters then."""
    return " ".join(str(message.get(name, "")).split())


@or_unreadable
def body(message, kind):
    """The part of this kind; None if there is none."""
    part = message.get_body((kind,))
    return None if part is None else part.get_content()
