"""What people see of the synchronization: a progress bar on a terminal, otherwise few lines."""

import os
import pty
import re
import subprocess
import time

from block_case import BlockCase, row
from protocol import PATIENCE


class SyncDisplay(BlockCase):
    def test_a_terminal_shows_a_bar_that_is_redrawn_and_lines_that_stay(self):
        terminal, side = pty.openpty()
        node = self.launch(json_lines=False, stdout=side, stderr=subprocess.PIPE)
        os.close(side)
        shown = self.read_until(terminal, "", r"listening address=([0-9.:]+)")
        node.address = re.search(r"listening address=([0-9.:]+)", shown)[1]
        blocks = row(60)
        self.serve(node, blocks)
        shown = self.read_until(terminal, shown, rf"sync stage=following tip=\(height={len(blocks)} ")
        self.assertEqual((node.end(), node.errors()), (0, []))
        os.close(terminal)
        bar = r"\r\x1b\[Kblocks  \[#*\.*\] \d+ of 60 \(\d+%\)\r\x1b\[K"
        self.assertRegex(shown, bar)
        for line in shown.split("\r\n"):
            drawn = [part for part in line.split("\r\x1b[K") if part]
            self.assertTrue(all(len(part) < 80 for part in drawn if "[" in part and "%" in part), line)

    def read_until(self, terminal, shown, pattern):
        deadline = time.monotonic() + PATIENCE
        while not re.search(pattern, shown):
            self.assertLess(time.monotonic(), deadline, shown)
            shown += os.read(terminal, 4096).decode()
        return shown

    def test_without_a_terminal_a_stage_is_a_line(self):
        node = self.launch(json_lines=False)
        node.address = node.process.stdout.readline().decode().split("=")[1].strip()
        blocks = row(60)
        self.serve(node, blocks)
        stages = []
        while "following" not in stages[-1:]:
            line = node.process.stdout.readline().decode()
            if line.startswith("sync "):
                stages.append(re.match(r"sync stage=(\w+) tip=\(height=", line)[1])
        self.assertIn("blocks", stages)
        self.assertLess(len(stages), 5)
        self.assertEqual((node.end(), node.errors()), (0, []))
