"""What is wrong with an option or a command is said in one line: the given value, and what was expected."""

import re

import process
from command_line import run

HASH = "0" * 64
PORT = "a PORT from 1 to 65535"
RANGE = "with BITS from 0 to 32, of IPv6 to 128, and " + PORT
ANY = "from 0 to 18446744073709551615"
BAN_LENGTHS = "from 1 to 3153600000"  # a hundred years
CHAIN_DATA = ("header, headers, block, compact_block, output_bitmap_segment, output_segment, range_proof_segment, "
              "kernel_segment")
REQUESTS = ("get_peer_addrs, get_headers, get_block, get_compact_block, get_output_bitmap_segment, "
            "get_output_segment, get_range_proof_segment, get_kernel_segment")

# A wrong value of each option, and the error.
OPTIONS = [
    ("--network", "moonnet", "--network: 'moonnet' is not mainnet, testnet, usernet or automated"),
    ("--genesis", "00", "--genesis: '00' is not a hash of 64 hexadecimal digits"),
    ("--protocol-version", "1001", "--protocol-version: '1001' is not a number from 1 to 1000"),
    ("--listen", "localhost:1", "--listen: 'localhost:1' is not A.B.C.D:PORT or [IPV6]:PORT with a PORT from 0 to 65535"),
    ("--advertise", "127.0.0.1:0", f"--advertise: '127.0.0.1:0' is not A.B.C.D:PORT or [IPV6]:PORT with {PORT}"),
    ("--peer", "127.0.0.1:0", f"--peer: '127.0.0.1:0' is not HOST:PORT with {PORT}"),
    ("--seed", "seed.example", f"--seed: 'seed.example' is not HOST:PORT with {PORT}"),
    ("--proxy", "9050", f"--proxy: '9050' is not A.B.C.D:PORT or [IPV6]:PORT with {PORT}"),
    ("--onion-proxy", "[::1]:0", f"--onion-proxy: '[::1]:0' is not A.B.C.D:PORT or [IPV6]:PORT with {PORT}"),
    ("--listen-onion", "127.0.0.1:0", f"--listen-onion: '127.0.0.1:0' is not A.B.C.D:PORT or [IPV6]:PORT with {PORT}"),
    ("--tls-peer", "node.example:1", f"--tls-peer: 'node.example:1' is not HOST:PORT=KEY with {PORT}, and a hash of 64 "
                                     "hexadecimal digits as KEY"),
    ("--listen-tls", "3414", "--listen-tls: '3414' is not A.B.C.D:PORT or [IPV6]:PORT with a PORT from 0 to 65535"),
    ("--tls-allow", "00", "--tls-allow: '00' is not a hash of 64 hexadecimal digits"),
    ("--tls-certificate", "node.pem", "--tls-certificate: needs --tls-key"),
    ("--tls-key", "key.pem", "--tls-key: needs --tls-certificate"),
    ("--max-inbound", "many", "--max-inbound: 'many' is not a number from 0 to 100000"),
    ("--max-outbound", "100001", "--max-outbound: '100001' is not a number from 0 to 100000"),
    ("--max-blocks", "-1", "--max-blocks: '-1' is not a number from 0 to 100000"),
    ("--max-memory", "0", "--max-memory: '0' is not a number of MiB from 1 to 100000"),
    ("--store", "/nowhere/at/all", "/nowhere/at/all"),
    ("--chain-store", "/nowhere/at/all", "cannot use the chain store '/nowhere/at/all': it cannot be opened or created"),
    ("--broadcast", "diffusion", "--broadcast: 'diffusion' is not dandelion or private"),
    ("--broadcast", "private", "--broadcast private: needs --proxy or --onion-proxy"),
    ("--dandelion", "diffusion", "--dandelion: 'diffusion' is not grin or dandelion++"),
    ("--epoch", "0", "--epoch: '0' is not a number of seconds from 1 to 86400"),
    ("--stem-probability", "1.1", "--stem-probability: '1.1' is not a number from 0 to 1"),
    ("--embargo", "86401", "--embargo: '86401' is not a number of seconds from 0 to 86400"),
    ("--aggregation", "180", "--aggregation: '180' is not below the 180 seconds of --embargo"),
    ("--deny", "1.2.3.4/33", f"--deny: '1.2.3.4/33' is not A.B.C.D[/BITS][:PORT], IPV6[/BITS] or [IPV6][/BITS]:PORT {RANGE}"),
    ("--allow", "1.2.3", f"--allow: '1.2.3' is not A.B.C.D[/BITS][:PORT], IPV6[/BITS] or [IPV6][/BITS]:PORT {RANGE}"),
    ("--log", "everything", "--log: 'everything' is not error, warning, info or debug"),
]

# Commands with a wrong parameter, at least one for each command that has any, and the error.
COMMANDS = [
    ("tx zz", "HEX: 'zz' is not the body of a transaction in hexadecimal, two digits a byte"),
    ("tx 000", "HEX: '000' is not the body of a transaction in hexadecimal, two digits a byte"),
    ("fluff 00", "HEX: transaction.offset at byte 0: unexpected end"),
    ("fluff " + "z" * 1000, f"HEX: '{'z' * 80}...' is not the body of a transaction in hexadecimal, two digits a byte"),
    ("connect 1.2.3.4:0", f"'1.2.3.4:0' is not IP, IP:PORT, HOST or HOST:PORT, with {PORT}"),
    ("disconnect here", "'here' is not an id, IP or IP:PORT"),
    ("disconnect 5", "no peer with the id 5"),
    ("disconnect 1.2.3.4:5", "no peer at 1.2.3.4:5"),
    ("ban 1.2.3.4/33", f"'1.2.3.4/33' is not IP[/BITS][:PORT], {RANGE}"),
    ("ban 1.2.3.4:0", f"'1.2.3.4:0' is not IP[/BITS][:PORT], {RANGE}"),
    ("ban 1.2.3.4 -1", f"SECONDS: '-1' is not a number of seconds {BAN_LENGTHS}"),
    ("ban 1.2.3.4 0", f"SECONDS: '0' is not a number of seconds {BAN_LENGTHS}"),
    ("ban 1.2.3.4 3153600001", f"SECONDS: '3153600001' is not a number of seconds {BAN_LENGTHS}"),
    ("unban ::1/129", f"'::1/129' is not IP[/BITS][:PORT], {RANGE}"),
    ("unban 1.2.3.4", "nobody at 1.2.3.4 is banned"),
    ("tip 0x10 1", f"HEIGHT: '0x10' is not a number {ANY}"),
    ("tip 1 18446744073709551616", f"DIFFICULTY: '18446744073709551616' is not a number {ANY}"),
    ("send here ping 00", "PEER: 'here' is not an id or IP:PORT"),
    ("send 1.2.3.4:5 ping 00", "no peer at 1.2.3.4:5"),
    ("request 1 ping 00", f"MESSAGE: 'ping' is not a request: {REQUESTS}"),
    ("request 1 get_block 00", "no peer with the id 1"),
    ("serve ping 00", f"MESSAGE: 'ping' is not chain data: {CHAIN_DATA}"),
    ("serve block 0", "HEX: '0' is not the body of a block in hexadecimal, two digits a byte"),
    ("broadcast headers 00", "MESSAGE: 'headers' is not news of the chain: header, block, compact_block"),
    ("broadcast header 00", "HEX: header.version at byte 0: unexpected end"),
    ("archive F 00 1", "HASH: '00' is not a hash of 64 hexadecimal digits, but has 2 characters"),
    (f"archive F {HASH} high", f"HEIGHT: 'high' is not a number {ANY}"),
    (f"archive /nowhere/at/all {HASH} 1", "/nowhere/at/all: no such file or directory"),
    (f"download 1 {HASH} 1 F", "no peer with the id 1"),
    (f"pack F {'x' * 64} 1 C", f"HASH: '{'x' * 64}' is not a hash of 64 hexadecimal digits"),
    (f"pack /nowhere/at/all {HASH} 1 C", "FOLDER: '/nowhere/at/all' is not a folder"),
    (f"unpack 1.2.3.4:5 {HASH} 1 F", "no peer at 1.2.3.4:5"),
]

# The same with one peer, whose id is 1.
COMMANDS_WITH_PEER = [
    ("send 1 pingg 00", "MESSAGE: 'pingg' is not a message of the protocol: error, hand, shake, ping, "),
    ("send 1 ping 0x", "HEX: '0x' is not the body of a ping in hexadecimal, two digits a byte"),
    ("request 1 get_block 00", "HEX: get_block.id at byte 0: unexpected end"),
    ("download 1 00 1 F", "HASH: '00' is not a hash of 64 hexadecimal digits, but has 2 characters"),
    (f"download 1 {HASH} 1 /nowhere/at/all", "/nowhere/at/all: no such file or directory"),
    (f"unpack 1 {HASH} 1 F 16385", "MIB: '16385' is not a number of MiB from 1 to 16384"),
    (f"unpack 1 {HASH} 1 F 0", "MIB: '0' is not a number of MiB from 1 to 16384"),
]

NOT_OURS = "192.0.2.1:0"  # no address of this machine: a node with valid options ends there, with status 1


def options():
    """The options that have a value, each with its text in the help."""
    lines = re.findall(r"^  (--[a-z-]+)(?:,--[a-z-]+)? [A-Z](.*(?:\n {20}.*)?)$", run("--help")[1], re.M)
    return dict(lines)


class Refusals(process.TestCase):
    def check_options(self, expected, status, *given):
        code, output, errors = run(*given)
        with self.subTest(options=given):
            self.assertEqual((code, output), (status, ""))
            self.assertRegex(errors, r"\Apappus-node: [ -~]+\n\Z")
            self.assertIn(expected, errors)

    def check_command(self, node, line, expected):
        reply = node.ask(line)
        with self.subTest(line=line[:80]):
            self.assertIs(reply["ok"], False)
            self.assertEqual(reply["error"][:len(expected)], expected)

    def test_a_wrong_value_of_an_option_is_told_with_what_was_expected(self):
        self.assertEqual({option for option, _, _ in OPTIONS}, set(options()))
        for option, value, expected in OPTIONS:
            self.check_options(expected, 1 if option in ["--store", "--chain-store"] else 2, option, value)

    def test_an_option_given_twice_is_told_by_name_unless_it_may_be_repeated(self):
        for option, text in options().items():
            code, _, errors = run(option, "1", option, "1")
            with self.subTest(option=option):
                self.assertEqual(code, 2)
                self.assertIn(option, errors)
                self.assertEqual("is given 2 times" in errors, "may be repeated" not in text)

    def test_the_help_tells_the_range_of_each_number(self):
        found = {option: re.search(r"(\d+) to (\d+)", text) for option, text in options().items()}
        ranges = {option: match.groups() for option, match in found.items() if match}
        self.assertEqual(set(ranges), {option for option, _, error in OPTIONS if " a number " in error} | {"--aggregation"})
        for option, (least, most) in ranges.items():
            beside = ["--listen", NOT_OURS] + (["--embargo", "0"] if option == "--aggregation" else [])
            for value in (least, most):
                self.check_options(NOT_OURS, 1, *beside, option, value)
            self.check_options(f"{option}: '{int(most) + 1}' is not a number", 2, *beside, option, str(int(most) + 1))

    def test_a_wrong_number_of_words_is_told_with_the_usage(self):
        node = self.node()
        for each in node.ask("help")["commands"]:
            name, words = each["command"], each["parameters"].split()
            least = len([word for word in words if not word.startswith("[")])
            usage = f"usage: {name} {each['parameters']}".rstrip()
            for count in {least - 1, len(words) + 1} - {-1}:
                line = " ".join([name] + ["x"] * count)
                self.check_command(node, line, f"{usage} (words given after the command: {count})")

    def test_a_wrong_parameter_is_told_with_what_was_expected(self):
        node = self.node()
        commands = {each["command"] for each in node.ask("help")["commands"] if each["parameters"]}
        self.assertEqual({line.split()[0] for line, _ in COMMANDS}, commands)
        for line, expected in COMMANDS:
            self.check_command(node, line, expected)
        self.greet(node)
        self.assertEqual(node.event("peer_connected")["id"], 1)
        for line, expected in COMMANDS_WITH_PEER:
            self.check_command(node, line, expected)

    def test_an_address_of_several_peers_is_told_to_be_ambiguous(self):
        node = self.node()
        for _ in range(2):
            self.greet(node, port=5)
            node.event("peer_connected")
        for line in ["send 127.0.0.1:5 ping 00", "request 127.0.0.1:5 get_peer_addrs 00",
                     f"download 127.0.0.1:5 {HASH} 1 F", f"unpack 127.0.0.1:5 {HASH} 1 F"]:
            self.check_command(node, line, "more than one peer at 127.0.0.1:5: name it by its id, which `peers` lists")
        self.assertEqual(node.ask("disconnect 127.0.0.1:5"), {"reply": "disconnect", "ok": True, "ended": 2})
