"""Checks that the numbers of limits in docs/guides and docs/reference/protocol.md are those of the code.

In ROWS a phrase of a page has "#" where the page has a number, with its unit if there is one. The expression beside it
uses the constants of all limits.hpp and of MORE; times are in seconds, sizes in bytes.
"""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MORE = ("include/pappus/peer/dandelion/options.hpp", "include/pappus/peer/private_broadcast/options.hpp",
        "examples/mini_node/block_store.hpp",
        "examples/mini_node/follower.hpp", "examples/mini_node/header_tree.hpp", "examples/mini_node/memory_pool.hpp",
        "examples/mini_node/sync_display.hpp")

ROWS = {
    "guides/adapter.md": [
        ("from more than # ahead of the node's clock", "max_future_seconds"),
        ("# for what is looked up", "lookup_timeout"),
        ("# for what is validated or packed", "validation_timeout"),
        ("holds # calls and # for each address", "max_adapter_calls_per_account", "max_adapter_call_bytes_per_account"),
        ("and # calls and # in all", "max_adapter_calls", "max_adapter_call_bytes")],
    "guides/archives.md": [("must begin to arrive within #", "archive_response_timeout")],
    "guides/custom_messages.md": [("by default # messages a minute, # in a burst", "send_rate * 60", "send_burst")],
    "guides/dandelion.md": [
        ("Within an epoch (#)", "epoch"),
        ("after an aggregation period of #", "aggregation"),
        ("plus an exponentially distributed time with a mean of #", "mean"),
        ("# in an epoch (`dandelion_options::by_address`", "max_stem_bytes_per_address"),
        ("At most # of them are", "max_stems_in_flight")],
    "guides/embedding.md": [
        ("`node_config::shutdown_timeout` (#)", "shutdown_timeout"),
        ("Peers have # to read their last messages", "disconnect_timeout"),
        ("must be at most # bytes long", "max_user_agent"),
        ("`shutdown_timeout` | #", "shutdown_timeout"),
        ("`max_memory` | #", "max_memory")],
    "guides/errors.md": [
        ("# requests to the peer are open", "max_pending_requests"),
        ("no response within #, or no beginning of an archive within #", "response_timeout", "archive_response_timeout")],
    "guides/monitoring.md": [
        ("at most # lines are written at once and one in #", "log_burst", "1 / log_rate"),
        ("as a warning within #, at most once in #", "limit_check_interval", "limit_warning_interval")],
    "guides/port_mapping.md": [
        ("for #; of more than # the oldest", "address_vote_lifetime", "max_address_votes"),
        ("believed with # votes or more", "min_address_votes"),
        ("within the last #", "reachable_window")],
    "guides/pappus_node.md": [
        ("it ends within #", "shutdown_timeout"),
        ("by the hashes of their kernels (#", "transactions"),
        ("at most # headers ahead", "max_ahead"),
        ("Beyond # headers, # blocks", "headers", "blocks"),
        ("beginning of a stage and every #", "line_interval"),
        ("the next block does not come within #", "patience"),
        ("predecessors are missing, # are kept", "aside")],
    "guides/proxies.md": [("At most # peers come by it", "max_inbound_onion"),
        ("at a time of its own, for # to #,", "min_addr_sample_lifetime", "max_addr_sample_lifetime")],
    "guides/port_mapping.md": [
        ("until for # none has said the same", "address_vote_lifetime"),
        ("of more than # the oldest is dropped", "max_address_votes"),
        ("is believed with # votes or more", "min_address_votes")],
    "guides/private_broadcast.md": [
        ("of its own, # on average", "mean_delay"),
        ("or #, the connection ends", "private_connection_timeout"),
        ("is skipped, at most #.", "max_private_reply_bytes")],
    "guides/peers_and_bans.md": [
        ("from now, # at most", "max_ban_time"),
        ("Outbound slots (#)", "max_outbound"),
        ("no address twice in #", "redial_interval"),
        ("Every # one outbound peer is replaced", "outbound_rotation_interval"),
        ("fails with `request_error::timed_out` after #", "response_timeout"),
        ("There are # inbound slots and a listener buffer of #", "max_inbound", "max_listener_buffer"),
        ("at most # connections from one address; and # pending", "max_inbound_per_address", "max_pending_handshakes"),
        ("At # points the session", "discouragement_score"),
        ("| # | a frame that arrives too slowly", "receive_timeout_score"),
        ("| # | data that the adapter rejects", "rejection_score"),
        ("up to #, half of which", "max_refusal_time"),
        ("share # messages a minute", "receive_rate * 60"),
        ("# of responses in #,", "max_upload_bytes", "upload_interval"),
        ("one archive in #", "archive_upload_interval"),
        ("# addresses are remembered", "max_accounts"),
        ("has one cap, # (", "max_memory"),
        ("(`pappus_store_up`) shows it within #", "store_check_interval"),
        ("stepped by more than # while", "clock_tolerance"),
        ("the last # headers that peers announced agrees with it within #", "max_header_times", "clock_trust_tolerance"),
        ("from these headers by more than # is warned", "clock_tolerance")],
    "guides/simulation.md": [("nothing for # end", "idle_timeout")],
    "guides/tls.md": [("handshakes`, for # each", "tls_handshake_timeout")],
    "guides/synchronization.md": [
        ("at last the genesis; at most #", "max_locator_hashes"),
        ("stores up to # headers", "max_headers"),
        ("-another-thread), within #", "validation_timeout"),
        ("tries a block again after #", "failure_retry_delay"),
        ("calls again after #: so a chain", "busy_retry_delay"),
        ("sent at most # requests a second", "sync_request_rate"),
        ("wait for your chain take at most #", "max_sync_bytes"),
        ("believed for #, and disconnected", "disbelief_time"),
        ("blocks of the last week (# on mainnet)", "recent_blocks"),
        ("arrive any more, or have not for #", "header_progress_time"),
        ("at once, at most # at a time", "segment_window"),
        ("It has # for that", "state_validation_timeout"),
        ("no segment has come for #", "archive_delay"),
        ("no peer has served it for #", "state_target_delay")],
    "reference/protocol.md": [
        ("at most # messages a minute and # in a burst", "send_rate * 60", "send_burst"),
        ("since Grin bans above #", "receive_rate * 60"),
        ("After each # without a response", "tx_request_timeout"),
        ("up to # at a time", "max_parallel_requests"),
        ("room of its own for # announcements", "max_announcements_per_peer")],
}

WORDS = {word: number for number, word in enumerate("zero one two three four five six seven eight nine ten".split())}
UNITS = {"": 1, "ms": 1e-3, "s": 1, "second": 1, "min": 60, "minute": 60, "h": 3600, "hour": 3600, "year": 365 * 86400,
         "KiB": 1 << 10, "MiB": 1 << 20}
NUMBER = r"([\d,.]*\d|" + "|".join(WORDS) + r")(?:\s+(" + "|".join(filter(None, UNITS)) + r")s?\b)?"


def evaluate(expression, known):
    """The value of a constant expression of C++ or of ROWS; None if it is none of numbers and known names."""
    plain = re.sub(r"(?<=\d)'(?=\d)", "", expression)
    plain = re.sub(r"std::chrono::(\w+?)s\{(\d+)\}", lambda found: f"({found[2]} * {UNITS[found[1]]})", plain)
    plain = re.sub(r"std::\w+\{(\d+)\}", r"\1", plain)
    plain = re.sub(r"\b(\d+)(ms|s|min|h)\b", lambda found: f"({found[1]} * {UNITS[found[2]]})", plain)
    try:
        return eval(plain, {"__builtins__": {}}, known)  # of this source tree
    except (NameError, SyntaxError, TypeError):
        return None


def constants():
    known = {}
    headers = sorted((ROOT / "include").rglob("limits.hpp")) + [ROOT / name for name in MORE]
    for header in headers:
        for name, equals, braces in re.findall(r"^ *[\w: ]+ (\w+)(?: = (.*)|\{(.*)\});", header.read_text(), re.M):
            value = evaluate(equals or braces, known)
            if value is not None:
                known.setdefault(name, value)
    return known


def differences():
    """What is wrong, a sentence each."""
    known, found = constants(), []
    for page, rows in ROWS.items():
        text = " ".join((ROOT / "docs" / page).read_text().split())
        for phrase, *expressions in rows:
            match = re.search(re.escape(phrase).replace(r"\#", "#").replace("#", NUMBER), text)
            if not match:
                found.append(f"docs/{page} does not say: {phrase}")
                continue
            for i, expression in enumerate(expressions):
                number, unit = match[2 * i + 1], match[2 * i + 2] or ""
                said = WORDS.get(number) or float(number.replace(",", "")) * UNITS[unit]
                said = said * UNITS[unit] if number in WORDS else said
                expected = evaluate(expression, known)
                if expected is None or abs(said - expected) > 1e-12 * abs(expected):
                    found.append(f"docs/{page} says {match[0]!r}, but {expression} is {expected}")
    return found
