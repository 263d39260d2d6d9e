"""A pappus-full-node under test."""

import declaration
import process

program = None  # set by whoever runs tests


def command(folder, *options, network="automated", listen="127.0.0.1:0"):
    return [program, "--network", network, "--listen", listen, "--max-outbound", "0",
            "--data-dir", folder, *options]


class FullNode(process.CommandProcess):
    def __init__(self, folder, *options, **more):
        super().__init__(command(folder, "--json", *options, **more), declared=declaration.of(program))

    def head(self):
        return self.ask("status")["body"]

    def mine(self, count, salt=0):
        """Mines blocks; returns the last one's hash."""
        reply = self.ask(f"mine {count} {salt}")
        if not reply["ok"]:
            raise AssertionError(reply)
        return reply["hash"]

    def reaches(self, block):
        """The event of the change after which that block is the head."""
        return self.event("head", hash=block)

    def pool(self):
        return self.ask("pool")["kernels"]
