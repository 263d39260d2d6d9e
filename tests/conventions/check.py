"""Checks what no compiler checks: that includes point down only, and that names are the field's terms.

Prints one line for each finding, and ends with 1 if there is any.

Needs: Python 3.
Takes: a second.
Writes: nothing.

LEVELS and FOLDERS are the order in which folders may include each other: a file includes its own folder and those
before it. PRIVATE_NAMES are identifiers that the project had before it took the terms of Grin, Bitcoin Core and Asio,
each with the term that stands for it now.
"""
import argparse
import pathlib
import re
import sys

LEVELS = [{"coro"}, {"io", "wire"}, {"uv", "sim", "tls", "portmap"}, {"peer"}, {"integration"}]
FOLDERS = {
    "peer": ["", "clock", "store", "adapter", "accounts", "transport", "session", "reachability", "access",
             "connections", "relay", "private_broadcast", "dandelion", "handlers", "discovery"],
    "integration": ["", "threads", "filter", "bridge", "txhashset", "sync", "metrics"],
}
PRIVATE_NAMES = {
    "agreed_version": "negotiated_version",
    "answer_budget": "upload_quota",
    "as_received": "raw_bytes",
    "ban_cause": "reason_for_ban",
    "bloom_filters": "rolling_filters",
    "bloom_parameters": "filter_parameters",
    "child_threw": "task_failed",
    "connect_within": "with_timeout",
    "decode_fault": "decode_errc",
    "delivered_inbox": "executor_receiver",
    "dialled": "dialed",
    "dialler": "dialer",
    "dialling": "dialing",
    "encode_fault": "encode_errc",
    "end_cause": "disconnect_reason",
    "errands": "run_loop",
    "expire_after": "expires_after",
    "expire_at": "expires_at",
    "filter_plan": "filter_parameters",
    "fluff_cause": "fluff_reason",
    "full_of_news": "announcements_full",
    "guarded_tip": "shared_chain_tip",
    "headers_reader": "headers_decoder",
    "hearsay": "add_result",
    "host_question": "request_handler",
    "incoming_archive": "archive_download",
    "inquiries": "adapter_calls",
    "inquiry_kind": "adapter_method",
    "keeper": "peer_store",
    "kernel_id": "kernel_hash",
    "known_address": "address_info",
    "letter": "envelope",
    "linked_list": "intrusive_list",
    "log_cause": "log_category",
    "loop_inbox": "loop_receiver",
    "misbehaviour": "misbehavior",
    "mountain_range": "segment_type",
    "news_room": "announcement_room",
    "news_source": "announcement_source",
    "no_answer": "request_error",
    "own_promise": "library_promise",
    "packed_file": "zip_entry",
    "private_use": "is_private",
    "promised": "oneshot",
    "questions_open": "requests_pending",
    "registry_entry": "live_coroutine_entry",
    "request_statistics": "tx_request_statistics",
    "rolling_bloom_filter": "rolling_filter",
    "seen_as": "known_part",
    "stem_fate": "stem_outcome",
    "store_fault": "store_errc",
    "verify_transaction": "validate_tx",
    "wait_within": "with_timeout",
    "way_home": "dispatcher",
}
# What a user includes first compiles fast.
MAX_INCLUDES = {"node.hpp": 15}
SOURCES = ["include", "src", "tests", "examples", "benchmarks"]
CODE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^()\\ ]{0,16})\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"'
                  r"|'(?:\\.|[^'\\\n])*'|(?P<name>[A-Za-z_]\w*)|[0-9][\w']*|.", re.S)


def level_of(path):
    top = path.split("/")[0]
    return next((i for i, level in enumerate(LEVELS) if top in level), None)


def folder_of(path):
    parts = path.split("/")
    return parts[1] if len(parts) > 2 else ""


def points_up(path, included):
    """Whether a file below include/pappus or src may not include another of include/pappus."""
    mine, other = level_of(path), level_of(included)
    if mine is None:
        return False
    if other is None or mine != other:
        return other is not None and other > mine
    top = path.split("/")[0]
    if top != included.split("/")[0]:
        return True
    order = FOLDERS.get(top, [])
    return bool(order) and order.index(folder_of(included)) > order.index(folder_of(path))


def findings(root):
    for folder in SOURCES:
        for file in sorted((root / folder).rglob("*")):
            if file.suffix not in (".hpp", ".cpp"):
                continue
            text = file.read_text()
            shown = file.relative_to(root)
            if folder in ("include", "src"):
                path = str(file.relative_to(root / ("include/pappus" if folder == "include" else "src")))
                if text.count("#include") > MAX_INCLUDES.get(path, 1000):
                    yield f"{shown}: has more than {MAX_INCLUDES[path]} includes"
                for included in re.findall(r"#include <pappus/([^>]+)>", text):
                    if points_up(path, included):
                        yield f"{shown}: includes <pappus/{included}>, which is above it"
            for token in CODE.finditer(text):
                better = PRIVATE_NAMES.get(token.group("name"))
                if better:
                    line = text.count("\n", 0, token.start()) + 1
                    yield f"{shown}:{line}: {token.group()} is called {better}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", nargs="?", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2],
                        metavar="ROOT", help="folder of the project; default: that of this file")
    given = parser.parse_args()
    if not given.root.is_dir():
        parser.error(f"{given.root} is no folder")
    found = list(findings(given.root.resolve()))
    print("\n".join(found) if found else "includes point down, names are the field's terms")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
