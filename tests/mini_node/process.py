"""Programs under test, pappus-node above all: started, told commands, listened to, and never left behind."""

import json
import signal
import subprocess
import threading
import time
import unittest

import declaration
from protocol import PATIENCE, Listener, Peer

program = None  # set by contract_test.py

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"  # at the beginning of each line of the log


def opens_a_pipe_for_each_type():
    """Whether the program was built with the sanitizer that does so, to look at memory that may not be there."""
    with open(program, "rb") as file:
        return b"__ubsan_handle_dynamic_type_cache_miss" in file.read()


class Talker:
    """Takes commands, and tells events and replies, one a line. What is not given is a pipe to this test."""

    def __init__(self, command, json_lines=True, **how):
        pipes = dict.fromkeys(["stdin", "stdout", "stderr"], subprocess.PIPE)
        self.process = subprocess.Popen([str(word) for word in command], **(pipes | how))
        self.json_lines = json_lines
        self.said = []  # and not looked at yet
        self.ended = False
        self.news = threading.Condition()
        self.threads = []
        self.address = None

    def listen(self):
        """Begins to read what it says; gives itself once it can be dialled."""
        self.threads = [threading.Thread(target=self._read, daemon=True)]
        self.threads[0].start()
        self.address = self.event("listening")["address"]
        return self

    def _read(self):
        for line in self.process.stdout:
            with self.news:
                self.said.append(self._understand(line))
                self.news.notify_all()
        with self.news:
            self.ended = True
            self.news.notify_all()

    def _understand(self, line):
        return json.loads(line) if self.json_lines else line.decode()

    def take(self, wanted, what):
        """The first thing it has said, or will say, for which `wanted` holds."""
        deadline = time.monotonic() + PATIENCE
        with self.news:
            while True:
                for said in self.said:
                    if wanted(said):
                        self.said.remove(said)
                        return said
                if self.ended or not self.news.wait(deadline - time.monotonic()):
                    raise AssertionError(f"no {what} {'before the end' if self.ended else 'in time'}; said {self.said}")

    def event(self, name, **fields):
        return self.take(lambda said: said.get("event") == name and fields.items() <= said.items(), f"{name} {fields}")

    def reply(self, name):
        return self.take(lambda said: said.get("reply") == name, f"reply to {name}")

    def tell(self, line):
        self.process.stdin.write(line if isinstance(line, bytes) else line.encode() + b"\n")
        self.process.stdin.flush()

    def ask(self, line):
        self.tell(line)
        return self.reply(line.split()[0])

    def stats(self):
        return self.ask("stats")["stats"]

    def end(self, number=signal.SIGTERM):
        """Its exit status after a signal."""
        self.process.send_signal(number)
        return self.status()

    def status(self):
        return self.process.wait(PATIENCE)

    def errors(self):
        """What it said on standard error, once it has ended."""
        return self.process.stderr.read().decode().splitlines()

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for thread in self.threads:
            thread.join()
        for pipe in [self.process.stdin, self.process.stdout, self.process.stderr]:
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    pass


class Node(Talker):
    """A pappus-node. Speaks JSON unless told otherwise."""

    def __init__(self, *options, json_lines=True, listen="127.0.0.1:0", **how):
        command = [program, *(["--json"] if json_lines else []), *(["--listen", listen] if listen else []), *options]
        self.declaration = declaration.of(program) if json_lines else None
        self.faults = []  # of lines that are not as declared
        super().__init__(command, json_lines, **how)

    def _understand(self, line):
        said = super()._understand(line)
        if self.declaration:
            self.faults += self.declaration.faults(said)
        return said


class TestCase(unittest.TestCase):
    """Closes what a test opens, and checks that each node wrote lines as declared, and ends in order if left running."""

    def launch(self, *options, **more):
        """A node that nobody listens to yet."""
        node = Node(*options, **more)
        self.addCleanup(lambda: self.assertEqual(node.faults, []))  # once all it said is read
        self.addCleanup(node.close)
        return node

    def node(self, *options, **more):
        """A node that runs, and is asked to end when the test is over; anything on its standard error fails it."""
        node = self.launch(*options, **more)
        self.addCleanup(self._check_end, node)
        return node.listen()

    def _check_end(self, node):
        if node.process.poll() is None:
            self.assertEqual((node.end(), node.errors()), (0, []))

    def greet(self, node, **hand_fields):
        return self._opened(Peer.greet(node.address, **hand_fields))

    def dial(self, node):
        return self._opened(Peer.dial(node.address))

    def listener(self, *where):
        return self._opened(Listener(*where))

    def accept(self, listener):
        return self._opened(listener.accept())

    def _opened(self, closable):
        self.addCleanup(closable.close)
        return closable
