"""Processes under test, pappus-node above all: started, given commands, read, and always ended."""

import json
import os
import signal
import subprocess
import tempfile
import threading
import time
import unittest

import declaration
from protocol import PATIENCE, Listener, Peer

program = None  # set by contract_test.py

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"  # at the beginning of each line of the log


def opens_a_pipe_for_each_type():
    """Whether the program was built with UBSan, which opens a pipe for each type to probe memory."""
    with open(program, "rb") as file:
        return b"__ubsan_handle_dynamic_type_cache_miss" in file.read()


class CommandProcess:
    """A process that reads commands and writes events and replies, one a line. Descriptors not given are pipes."""

    def __init__(self, command, json_lines=True, declared=None, **how):
        self.declaration = declared
        self.faults = []  # of lines that differ from the declaration
        pipes = dict.fromkeys(["stdin", "stdout", "stderr"], subprocess.PIPE)
        self.process = subprocess.Popen([str(word) for word in command], **(pipes | how))
        self.json_lines = json_lines
        self.lines = []  # not taken yet
        self.ended = False
        self.changed = threading.Condition()
        self.threads = []
        self.address = None
        self.listening = None  # the event, if lines are JSON

    def listen(self):
        """Starts reading its output; returns the object once the process listens."""
        self.threads = [threading.Thread(target=self._read, daemon=True)]
        self.threads[0].start()
        if self.json_lines:
            self.listening = self.event("listening")
            self.address = self.listening["address"]
        else:
            self.address = self.take(lambda line: line.startswith("listening "), "listening").split("=")[1].strip()
        return self

    def _read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(self._parse(line))
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def _parse(self, line):
        if not self.json_lines:
            return line.decode()
        parsed = json.loads(line)
        if self.declaration:
            self.faults += self.declaration.faults(parsed)
        return parsed

    def take(self, wanted, what, seconds=None):
        """The first line, read or to come, for which `wanted` holds."""
        deadline = time.monotonic() + (seconds or PATIENCE)
        with self.changed:
            while True:
                for line in self.lines:
                    if wanted(line):
                        self.lines.remove(line)
                        return line
                if self.ended or not self.changed.wait(deadline - time.monotonic()):
                    raise AssertionError(f"no {what} {'before the end' if self.ended else 'in time'}; read {self.lines}")

    def event(self, name, **fields):
        return self.take(lambda line: line.get("event") == name and fields.items() <= line.items(), f"{name} {fields}")

    def reply(self, name, seconds=None):
        return self.take(lambda line: line.get("reply") == name, f"reply to {name}", seconds)

    def tell(self, line):
        self.process.stdin.write(line if isinstance(line, bytes) else line.encode() + b"\n")
        self.process.stdin.flush()

    def ask(self, line, seconds=None):
        self.tell(line)
        return self.reply(line.split()[0], seconds)

    def stats(self):
        return self.ask("stats")["stats"]

    def end(self, number=signal.SIGTERM):
        """The exit status after a signal."""
        self.process.send_signal(number)
        return self.status()

    def status(self):
        return self.process.wait(PATIENCE)

    def errors(self):
        """The standard error output, once the process has ended."""
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


class Node(CommandProcess):
    """A pappus-node, by default with JSON output."""

    def __init__(self, *options, json_lines=True, listen="127.0.0.1:0", **how):
        command = [program, *(["--json"] if json_lines else []), *(["--listen", listen] if listen else []), *options]
        super().__init__(command, json_lines, declaration.of(program) if json_lines else None, **how)


class TestCase(unittest.TestCase):
    """Closes all that a test opens; checks that each node wrote lines as declared, and ends in order."""

    def launch(self, *options, **more):
        """A node whose output is not read yet."""
        node = Node(*options, **more)
        self.addCleanup(lambda: self.assertEqual(node.faults, []))  # once all output is read
        self.addCleanup(node.close)
        return node

    def node(self, *options, **more):
        """A running node, which is ended after the test; any standard error output fails the test."""
        node = self.launch(*options, **more)
        self.addCleanup(self._check_end, node)
        return node.listen()

    def store(self):
        """The name of a store that does not exist yet."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return os.path.join(folder.name, "peers.db")

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
