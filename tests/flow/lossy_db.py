#!/usr/bin/python3
"""lossy_db.py: a wire between clients and MariaDB on the loopback that loses answers on demand, or
delays them.

  lossy_db.py LISTEN DB-PORT FOLDER

LISTEN is a port, or the path of a socket.

FOLDER/rules holds a rule a line, read anew at every command: FAULT WHAT REGEX

  FAULT  lose  the server does it, and the connection ends before its answer arrives
         half  the server does it, and the connection ends before the last packet of its answer: behind
               the row of a statement block, before the word of how it ended
         drop  the connection ends before the server hears of it
         1213  nothing is done, and the answer is a deadlock: as from a Galera node that could not
               certify the transaction
         1180  the transaction is committed, and the answer is an error: as from a Galera node that
               lost its quorum then; with 1180- nothing is done
         hang  the server never hears of it, and nothing is answered
         drip  the server does it, and its answer comes a byte every 0.2 s
         late  the server does it, and its answer comes 0.9 s later
         pass  nothing goes wrong: a rule below it is about the next such command
  WHAT   commit     the COMMIT of a transaction of which REGEX is found in the statements
         statement  a statement outside of a transaction in which REGEX is found
         inside     a statement inside of one, its START TRANSACTION and ROLLBACK included
         connect    a client that comes (drop, hang and drip only)
  REGEX  of Python, over the texts of the statements, one a line

A rule is used once, and its line then stands in FOLDER/used; one that begins with * stays. FOLDER/seen gets a line for each
command that a rule may be about.

Only what the service speaks is understood: no TLS, no compression, one command at a time, prepared
statements and single queries, packets below 16 MB.
"""

import os
import re
import socket
import struct
import sys
import threading
import time

COM_QUERY, COM_PREPARE, COM_EXECUTE = 0x03, 0x16, 0x17
COM_QUIT, COM_LONG_DATA, COM_CLOSE = 0x01, 0x18, 0x19
UNANSWERED = (COM_QUIT, COM_LONG_DATA, COM_CLOSE)
DEPRECATE_EOF = 1 << 24
MORE_RESULTS = 1 << 3
ERRORS = {
    "1213": b"\xff" + struct.pack("<H", 1213) + b"#40001Deadlock found when trying to get lock",
    "1180": b"\xff" + struct.pack("<H", 1180) + b"#HY000Got error 6 during COMMIT",
}

lock = threading.Lock()
folder = ""


class Ended(Exception):
    """A connection that has ended, or is to be ended."""


def read_exactly(stream, size):
    data = b""
    while len(data) < size:
        more = stream.recv(size - len(data))
        if not more:
            raise Ended
        data += more
    return data


def read_packet(stream):
    """The number and the payload of a packet."""
    head = read_exactly(stream, 4)
    return head[3], read_exactly(stream, int.from_bytes(head[:3], "little"))


def packet(number, payload):
    return len(payload).to_bytes(3, "little") + bytes([number]) + payload


def has_more_results(payload):
    """Does the end of a result say that another one follows?"""
    is_end = payload[:1] == b"\xfe" and len(payload) < 9
    return is_end and bool(struct.unpack_from("<H", payload, 3)[0] & MORE_RESULTS)


def keep_line(name, line):
    with open(os.path.join(folder, name), "a", encoding="utf-8") as file:
        file.write(line + "\n")


def fault_of(what, text):
    """The fault of the first rule that fits; the rule is used up."""
    path = os.path.join(folder, "rules")
    with lock:
        keep_line("seen", what + " " + text.replace("\n", " | "))
        try:
            with open(path, encoding="utf-8") as file:
                rules = file.read().splitlines()
        except FileNotFoundError:
            return None
        for i, rule in enumerate(rules):
            fault, of, regex = rule.split(" ", 2)
            if of == what and re.search(regex, text):
                if fault.startswith("*"):
                    return fault[1:]
                with open(path + ".new", "w", encoding="utf-8") as file:
                    file.writelines(line + "\n" for line in rules[:i] + rules[i + 1:])
                os.rename(path + ".new", path)
                keep_line("used", rule)
                return fault
    return None


class Wire:
    """A client's connection and the one to the server that belongs to it."""

    def __init__(self, client, db_port):
        self.client = client
        self.server = socket.create_connection(("127.0.0.1", db_port))
        for stream in (client, self.server):
            if stream.family == socket.AF_INET:
                stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.statements = {}  # number: text
        self.transaction = None  # texts of the statements so far
        self.pause = 0  # seconds between two bytes of an answer

    def greet(self):
        """Up to the server's word that the client may begin."""
        fault = fault_of("connect", "a client")
        if fault == "drop":
            raise Ended
        if fault == "hang":
            self.hang()
        self.pause = 0.2 if fault == "drip" else 0
        number, payload = read_packet(self.server)
        self.reply([(number, payload)])
        number, payload = read_packet(self.client)
        if struct.unpack_from("<I", payload)[0] & DEPRECATE_EOF:
            raise SystemExit("lossy_db.py: the client speaks of ends as nobody here understands")
        self.server.sendall(packet(number, payload))
        while True:
            number, payload = read_packet(self.server)
            self.client.sendall(packet(number, payload))
            if payload[:1] == b"\x00":
                return
            if payload[:1] == b"\xff":
                raise Ended
            number, payload = read_packet(self.client)
            self.server.sendall(packet(number, payload))

    def answer(self, command):
        """All packets of the answer to a command; how a statement block ended stands behind its row."""
        packets = self.result(command)
        while command == COM_EXECUTE and has_more_results(packets[-1][1]):
            packets += self.result(command)
        return packets

    def result(self, command):
        """The packets of one result."""
        packets = [read_packet(self.server)]
        first = packets[0][1]
        if first[:1] == b"\xff":
            return packets
        if command == COM_PREPARE:
            columns, params = struct.unpack_from("<HH", first, 5)
            ends = (columns > 0) + (params > 0)
        else:
            ends = 0 if first[:1] == b"\x00" else 2  # behind the columns, and behind the rows
        while ends > 0:
            packets.append(read_packet(self.server))
            payload = packets[-1][1]
            if payload[:1] == b"\xff":
                break
            ends -= payload[:1] == b"\xfe" and len(payload) < 9
        return packets

    def hang(self):
        """Until the client goes."""
        while self.client.recv(4096):
            pass
        raise Ended

    def reply(self, packets):
        """To the client, a byte at a time if there is a pause between two."""
        data = b"".join(packet(*one) for one in packets)
        if self.pause == 0:
            self.client.sendall(data)
            return
        for i in range(len(data)):
            self.client.sendall(data[i:i + 1])
            time.sleep(self.pause)

    def text_of(self, payload):
        """The statement of a command; empty: it has none."""
        if payload[0] == COM_QUERY:
            return payload[1:].decode("utf-8", "replace")
        if payload[0] == COM_EXECUTE:
            return self.statements[struct.unpack_from("<I", payload, 1)[0]]
        return ""

    def fault(self, text):
        """What is to go wrong with this statement."""
        if text in ("START TRANSACTION", "ROLLBACK"):
            self.transaction = [] if text.startswith("START") else None
            return fault_of("inside", text)
        if text == "COMMIT":
            of = "\n".join(self.transaction or [])
            self.transaction = None
            return fault_of("commit", of)
        if self.transaction is None:
            return fault_of("statement", text)
        self.transaction.append(text)
        return fault_of("inside", text)

    def error(self, text, fault):
        """Answers with an error; nothing is done, but by 1180, which is told of what was done."""
        if fault == "1180":
            self.server.sendall(packet(0, bytes([COM_QUERY]) + b"COMMIT"))
            self.answer(COM_QUERY)
        elif text == "COMMIT":
            self.server.sendall(packet(0, bytes([COM_QUERY]) + b"ROLLBACK"))
            self.answer(COM_QUERY)
        self.client.sendall(packet(1, ERRORS[fault.rstrip("-")]))

    def command(self):
        number, payload = read_packet(self.client)
        text = self.text_of(payload)
        fault = self.fault(text) if text else None
        if fault == "drop":
            raise Ended
        if fault == "hang":
            self.hang()
        if fault in ("1213", "1180", "1180-"):
            self.error(text, fault)
            return
        self.server.sendall(packet(number, payload))
        if payload[0] in UNANSWERED:
            return
        packets = self.answer(payload[0])
        if fault == "half":
            self.reply(packets[:-1])
        if fault in ("lose", "half"):
            raise Ended
        if payload[0] == COM_PREPARE and packets[0][1][:1] == b"\x00":
            self.statements[struct.unpack_from("<I", packets[0][1], 1)[0]] = payload[1:].decode()
        if fault == "late":
            time.sleep(0.9)
        self.pause = 0.2 if fault == "drip" else 0
        self.reply(packets)

    def run(self):
        try:
            self.greet()
            while True:
                self.command()
        except (Ended, OSError):
            pass
        finally:
            self.client.close()
            self.server.close()


def main():
    global folder
    listen, db_port, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    if listen.isdigit():
        listener = socket.create_server(("127.0.0.1", int(listen)), backlog=64)
    else:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(listen)
        listener.listen(64)
    while True:
        client, _ = listener.accept()
        threading.Thread(target=Wire(client, db_port).run, daemon=True).start()


if __name__ == "__main__":
    main()
