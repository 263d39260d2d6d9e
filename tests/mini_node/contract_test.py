"""The contract of pappus-node, tested from outside with a protocol client of its own.

usage: contract_test.py PAPPUS_NODE [PART_OF_A_TEST_NAME...]
"""

import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

import addresses  # noqa: E402: after the line that keeps the source tree clean
import best_chain  # noqa: E402
import blocks  # noqa: E402
import chain  # noqa: E402
import command_line  # noqa: E402
import commands  # noqa: E402
import dandelion  # noqa: E402
import declaration  # noqa: E402
import descriptors  # noqa: E402
import families  # noqa: E402
import following  # noqa: E402
import guide_session  # noqa: E402
import introductions  # noqa: E402
import private_broadcast  # noqa: E402
import private_links  # noqa: E402
import process  # noqa: E402
import proxies  # noqa: E402
import reachability  # noqa: E402
import refusals  # noqa: E402
import sessions  # noqa: E402
import stored_chain  # noqa: E402
import suites  # noqa: E402
import sync_display  # noqa: E402


class DeclaredJson(unittest.TestCase):
    """Runs after all other tests, which check each line that they read."""

    def test_every_declared_field_has_been_written(self):
        self.assertFalse(declaration.of(process.program).unseen())


def main(arguments):
    process.program = arguments[1]
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{name}*" for name in arguments[2:]] or None
    slow = [following]
    others = [addresses, best_chain, blocks, chain, command_line, commands, dandelion, descriptors, families,
              guide_session, introductions, private_broadcast, private_links, proxies, reachability, refusals, sessions,
              stored_chain, sync_display]
    both = [unittest.TestSuite(map(loader.loadTestsFromModule, modules)) for modules in (slow, others)]
    last = [] if loader.testNamePatterns else [DeclaredJson("test_every_declared_field_has_been_written")]
    return suites.run_tests(*both, afterwards=last)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
