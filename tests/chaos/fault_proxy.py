#!/usr/bin/python3
"""fault_proxy.py: TCP links on the loopback that fail on command. It understands no protocol, so TLS passes through.

  fault_proxy.py FOLDER NAME=LISTEN:TARGET...   serve these links, ports of 127.0.0.1, until SIGTERM
  fault_proxy.py FOLDER tell NAME WORD [MS]     command the one that serves there; NAME may be "all"

  pass      bytes pass; what was held back comes now
  delay MS  everything comes so much later, connections too
  hole      connections stay and are taken, but nothing passes, not even their end
  refuse    connections end, and none is taken
  lose MS   what the target answers is thrown away, and connections end so many milliseconds later, again and again:
            the target does what it was asked, and nobody hears of it
  cut       connections end, once; the link goes on as it was

FOLDER/fault-proxy.sock takes the commands, one a connection. Each is in force when it is answered."""

import asyncio
import os
import signal
import socket
import sys

CONTROL = "fault-proxy.sock"
# The words, and whether each has a number of milliseconds.
WORDS = {"pass": False, "delay": True, "hole": False, "refuse": False, "lose": True, "cut": False}


class Link:
    def __init__(self, listen, target):
        self.listen, self.target = listen, target
        self.word, self.ms = "pass", 0
        self.changed = asyncio.Event()
        self.pairs = set()  # the two writers of each connection
        self.server = self.cutting = None

    async def open(self):
        if not self.server:
            self.server = await asyncio.start_server(self.serve, "127.0.0.1", self.listen, backlog=512)

    def close(self):
        if self.server:
            self.server.close()
            self.server = None

    def cut(self):
        for pair in list(self.pairs):
            for writer in pair:
                writer.transport.abort()

    async def cut_again_and_again(self):
        while True:
            await asyncio.sleep(self.ms / 1000)
            self.cut()

    async def obey(self, word, ms):
        if word == "cut":
            self.cut()
            return
        if self.cutting:
            self.cutting.cancel()
            self.cutting = None
            self.cut()  # an answer that was thrown away would be missed in the middle
        self.word, self.ms = word, ms
        self.changed.set()
        self.changed = asyncio.Event()
        if word == "refuse":
            self.close()
            self.cut()
            return
        await self.open()
        if word == "lose":
            self.cutting = asyncio.create_task(self.cut_again_and_again())

    async def hold(self):
        """Until something may pass."""
        if self.word == "delay":
            await asyncio.sleep(self.ms / 1000)
        while self.word == "hole":
            await self.changed.wait()

    async def pump(self, reader, writer, is_answer):
        while True:
            data = await reader.read(65536)
            await self.hold()
            if not data:
                writer.write_eof()
                return
            if is_answer and self.word == "lose":
                continue
            writer.write(data)
            await writer.drain()

    async def serve(self, reader, writer):
        pair = [writer]
        self.pairs.add(key := tuple(pair))
        try:
            await self.hold()
            target_reader, target_writer = await asyncio.open_connection("127.0.0.1", self.target)
            self.pairs.remove(key)
            self.pairs.add(key := (writer, target_writer))
            pair.append(target_writer)
            if writer.transport.is_closing():  # cut meanwhile
                return
            await asyncio.gather(self.pump(reader, target_writer, False), self.pump(target_reader, writer, True))
        except OSError:
            for one in pair:
                one.transport.abort()
        finally:
            self.pairs.discard(key)
            for one in pair:
                one.close()


async def command(links, reader, writer):
    answer = b"ok\n"
    try:
        name, word, *ms = (await reader.readline()).decode().split()
        if len(ms) != WORDS[word]:
            raise ValueError
        for link in links.values() if name == "all" else [links[name]]:
            await link.obey(word, *map(int, ms or [0]))
    except (KeyError, ValueError):
        answer = b"no such command\n"
    except OSError as error:
        answer = f"{error}\n".encode()
    writer.write(answer)
    writer.close()


async def serve(given):
    links = {}
    for words in given:
        name, ports = words.split("=")
        links[name] = Link(*map(int, ports.split(":")))
        await links[name].open()
    if os.path.exists(CONTROL):
        os.unlink(CONTROL)  # of one that was killed
    await asyncio.start_unix_server(lambda *streams: command(links, *streams), CONTROL)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    os._exit(0)  # connections end with the process, as a proxy's do


def tell(words):
    with socket.socket(socket.AF_UNIX) as stream:
        stream.connect(CONTROL)
        stream.sendall(" ".join(words).encode() + b"\n")
        answer = stream.makefile().read().strip()
    if answer != "ok":
        sys.exit(f"fault_proxy.py: {' '.join(words)}: {answer}")


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    os.chdir(sys.argv[1])  # the socket's name may be longer than a socket's name may be
    if sys.argv[2] == "tell":
        tell(sys.argv[3:])
    else:
        asyncio.run(serve(sys.argv[2:]))


if __name__ == "__main__":
    main()
