"""The program flood (flood.c) as it is used here: many connections that send the same bytes."""

import json
import signal
import subprocess
import tempfile
from pathlib import Path

program = None  # set by attacks.py


class Flood:
    """It runs from its creation until it has ended by itself, or is ended."""

    def __init__(self, target, payload, once, seconds, **options):
        """`once` and then `payload` are sent over each connection; `options` are those of flood.c, True for one without
        a value."""
        self.file = tempfile.NamedTemporaryFile()
        self.file.write(once + payload)
        self.file.flush()
        words = {"target": target, "payload": self.file.name, "once": len(once), "seconds": seconds} | options
        command = [program]
        for name, value in words.items():
            command += ["--" + name.replace("_", "-")] + ([] if value is True else [str(value)])
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        self.counted = None

    def wait(self):
        """What it has counted, once it has ended by itself."""
        if self.counted is None:
            written, _ = self.process.communicate()
            self.file.close()
            if self.process.returncode:
                raise AssertionError(f"flood has ended with {self.process.returncode}")
            self.counted = json.loads(written)
        return self.counted

    def end(self):
        """What it has counted; its connections are closed."""
        if self.counted is None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.wait()


def build(folder):
    """Compiles the program into a folder."""
    global program
    program = Path(folder, "flood")
    source = Path(__file__).resolve().parent / "flood.c"
    subprocess.run(["cc", "-O2", "-o", program, source], check=True)
