"""Standard input and output of every kind and speed, limits of descriptors, and signals."""

import json
import os
import pty
import resource
import signal
import subprocess
import tempfile
import time

import process
from protocol import GET_TRANSACTION, PATIENCE, TRANSACTION, Peer, Transaction, frame


class Descriptors(process.TestCase):
    def check_runs(self, node):
        """Checks that the node serves a peer, and ends in order on a signal."""
        peer = self.greet(node)
        peer.check_served()
        self.assertEqual((node.end(), node.errors()), (0, []))

    def test_the_end_of_standard_input_is_no_command(self):
        self.check_runs(self.node(stdin=subprocess.DEVNULL))
        node = self.node()
        node.process.stdin.close()
        node.process.stdin = None
        self.check_runs(node)

    def test_commands_may_come_from_a_file_whose_last_line_needs_no_end(self):
        with tempfile.TemporaryFile() as file:
            file.write(b"peers\n" * 5000 + b"tip 1 2\nquit")
            file.seek(0)
            node = self.node(stdin=file)
            self.assertEqual(node.status(), 0)
            node.reply("quit")
            self.assertEqual([line.get("reply") for line in node.lines], ["peers"] * 5000 + ["tip"])

    def test_as_many_files_as_the_hard_limit_allows_may_be_open(self):
        low = (128, 1024)
        node = self.node(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, low))
        self.assertEqual(resource.prlimit(node.process.pid, resource.RLIMIT_NOFILE), (1024, 1024))
        self.check_runs(node)

    def test_slots_are_limited_by_the_files_that_may_be_open_with_a_warning(self):
        low = (128, 128)
        node = self.node(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, low))
        self.assertEqual(node.end(), 0)
        self.assertRegex(node.errors()[0], "room for [0-9]+ connections instead of [0-9]+, .* 128 files")

    def test_an_attempt_to_connect_without_a_descriptor_is_counted_and_logged(self):
        if process.opens_a_pipe_for_each_type():
            self.skipTest("a sanitizer needs descriptors of its own")
        node, other = self.node(), self.node()
        pid = node.process.pid
        allowed = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        taken = max(map(int, os.listdir(f"/proc/{pid}/fd"))) + 1
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (taken, allowed[1]))
        self.assertIs(node.ask(f"connect {other.address}")["ok"], False)
        self.assertEqual(node.stats()["metrics"]["pappus_local_connect_failures_total"], 1)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, allowed)
        self.assertIs(node.ask(f"connect {other.address}")["ok"], True)
        self.assertEqual(node.end(), 0)
        self.assertIn("cannot be dialed here", node.errors()[0])

    def test_output_may_go_to_a_file(self):
        with tempfile.TemporaryFile() as file:
            node = self.launch(stdout=file)
            node.tell(b"peers\n" * 5000 + b"quit\n")
            self.assertEqual(node.status(), 0)
            file.seek(0)
            lines = [json.loads(line) for line in file]
            self.assertEqual(lines[0]["event"], "listening")
            self.assertEqual([line["reply"] for line in lines[1:]], ["peers"] * 5000 + ["quit"])

    def test_output_may_go_to_the_null_device(self):
        node = self.launch(stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        node.tell("peers\nquit")
        self.assertEqual((node.status(), node.errors()), (0, []))

    def test_standard_descriptors_may_be_closed(self):
        for descriptor in [0, 1, 2]:
            with self.subTest(descriptor=descriptor):
                listen = f"127.0.0.1:{self.free_port()}"
                node = self.launch(listen=listen, preexec_fn=lambda closed=descriptor: os.close(closed))
                node.address = listen
                self.dial_when_up(node).check_served()
                self.assertEqual(node.end(), 0)

    def test_input_and_output_may_be_a_terminal(self):
        ours, theirs = pty.openpty()
        node = self.launch(stdin=theirs, stdout=theirs)
        os.close(theirs)
        terminal = os.fdopen(ours, "r+b", buffering=0)
        self.addCleanup(terminal.close)
        terminal.write(b"tip 5 6\nquit\n")
        output = b""
        try:
            while piece := terminal.read(4096):
                output += piece
        except OSError:  # the end of a terminal
            pass
        self.assertEqual((node.status(), node.errors()), (0, []))
        for line in [b'"event":"listening"', b'{"reply":"tip","ok":true}', b'{"reply":"quit","ok":true}']:
            self.assertIn(line, output)

    def test_a_closed_reader_does_not_end_the_node(self):
        node = self.launch()
        node.address = json.loads(node.process.stdout.readline())["address"]
        node.process.stdout.close()
        node.process.stdout = None
        for port in range(1, 20):
            self.greet(node, port=port).check_served()
        node.tell("peers\npeers")
        self.greet(node).check_served()
        self.assertEqual(node.end(), 0)
        errors = node.errors()
        self.assertEqual(len(errors), 1)
        self.assertIn("standard output is lost", errors[0])

    def test_a_reader_that_stops_reading_loses_events_and_delays_no_peer(self):
        node = self.launch("--no-rate-limit")
        node.address = json.loads(node.process.stdout.readline())["address"]
        for i in range(1000):
            node.tell("tip 1 1")
        bystander, flooder = self.greet(node, port=1), self.greet(node, port=2)
        for first in range(0, 40000, 1000):
            flooder.send_raw(b"".join(frame(TRANSACTION, Transaction(first + i).body()) for i in range(1000)))
            bystander.check_served_among_messages()
        flooder.check_served()
        # The pool is within its limit, and the oldest were dropped.
        bystander.send(GET_TRANSACTION, Transaction(0).kernels[0])
        bystander.send(GET_TRANSACTION, Transaction(39999).kernels[0])
        while (news := bystander.receive())[0] != TRANSACTION:
            pass
        self.assertEqual(news[1], Transaction(39999).body())
        node.tell("stats\nquit")
        lines = [json.loads(line) for line in node.process.stdout]
        self.assertEqual(node.status(), 0)
        self.assertEqual(sum(line.get("reply") == "tip" for line in lines), 1000)
        stats = next(line["stats"] for line in lines if line.get("reply") == "stats")
        events = sum(line.get("event") == "transaction" for line in lines)
        self.assertGreater(events, 1000)
        # The filter of transactions passed to the adapter has one false positive in a million.
        validated = stats["metrics"]["pappus_validations_total"]
        self.assertGreaterEqual(validated, 39995)
        self.assertEqual(events + stats["output"]["events_dropped"], validated)
        self.assertEqual((stats["pool"]["transactions"], stats["pool"]["dropped"]), (10000, validated - 10000))
        self.assertIn("standard output is not being read", node.errors()[0])

    def test_unread_replies_stop_commands_but_not_the_node(self):
        node = self.launch("--network", "mainnet", "--max-outbound", "0", stdin=subprocess.PIPE)
        where = json.loads(node.process.stdout.readline())["address"]
        os.set_blocking(node.process.stdin.fileno(), False)
        written = 0
        stalled_since = None
        while stalled_since is None or time.monotonic() - stalled_since < 1:
            try:
                written += os.write(node.process.stdin.fileno(), b"stats\n" * 600)
                stalled_since = None
            except BlockingIOError:
                stalled_since = stalled_since or time.monotonic()
                time.sleep(0.01)
        Peer.dial(where).close()
        self.assertEqual(node.end(), 0, node.errors())
        self.assertLess(len(node.process.stdout.read()), 1 << 20)  # the content of the pipe; the rest had a second

    def test_signals_end_the_node_in_order(self):
        for number in [signal.SIGINT, signal.SIGTERM]:
            with self.subTest(number=number):
                node = self.node()
                peer = self.greet(node)
                node.event("peer_connected")
                self.assertEqual((node.end(number), node.errors()), (0, []))
                peer.expect_end()
                self.assertEqual(node.event("peer_disconnected")["reason"], "shutting_down")

    def test_a_hang_up_does_not_end_the_node(self):
        node = self.node()
        for _ in range(3):
            node.process.send_signal(signal.SIGHUP)
            self.assertIs(node.ask("peers")["ok"], True)
        self.check_runs(node)

    def test_signals_are_handled_until_the_process_has_ended(self):
        for number in [signal.SIGINT, signal.SIGTERM]:
            with self.subTest(number=number):
                node = self.node()
                while node.process.poll() is None:  # thousands: before, during and after the end of the loop
                    node.process.send_signal(number)
                self.assertEqual((node.status(), node.errors()), (0, []))

    def free_port(self):
        """A port that was free a moment ago."""
        listener = self.listener()
        listener.close()
        return listener.address.rpartition(":")[2]

    def dial_when_up(self, node):
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self.greet(node)
            except ConnectionRefusedError:
                if time.monotonic() > deadline or node.process.poll() is not None:
                    raise
                time.sleep(0.01)
