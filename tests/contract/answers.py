"""The answers that the flow tests were given, as record() of tests/flow/helper.bash keeps them."""

import json
import pathlib

from contract import BUILD, TREE


class Answer:
    """`headers`: (name, value) of the last head, names in small letters; `reason`: its first line
    in small letters; `body`: what its JSON says, else `text` itself."""

    def __init__(self, record):
        self.method, self.path, status, head, self.text = record.split("\x1f")
        self.status = int(status)
        lines = head.rpartition("\n\n")[2].splitlines() or [""]
        self.reason = lines[0].lower().rstrip()
        self.headers = [(name.strip().lower(), value.strip())
                        for name, colon, value in (line.partition(":") for line in lines[1:]) if colon]
        self.body = body_of(self.text)


def body_of(text):
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def read_answers(folder):
    """Those of one run; a request without an answer is none."""
    text = "".join(path.read_text("utf-8") for path in sorted((folder / "answers").glob("*")))
    answers = (Answer(record) for record in text.split("\x1e")[:-1])
    return [answer for answer in answers if answer.status > 0]


def runs(names):
    """The folders of runs that are named, else that of a run by hand; none if there is none."""
    if names:
        return [pathlib.Path(name) for name in names]
    folder = TREE / ".test" / BUILD.replace("/", "-")
    return [folder] if (folder / "myportald.log").exists() else []
