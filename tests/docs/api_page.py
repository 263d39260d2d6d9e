"""docs/reference/api.md: what an application meets of the public headers, with the comments that stand there.

AREAS names the headers. Of each, every declaration in the namespace is shown, and of a class its public members; what is
left out is in header.py.
"""

import pathlib
import re
import sys

from header import groups, listed

INCLUDE = pathlib.Path(__file__).resolve().parent.parent.parent / "include" / "pappus"

AREAS = {
    "The node": ("node.hpp", "node_with.hpp", "node_handle.hpp", "node_config.hpp", "run.hpp",
                 "listening_status.hpp"),
    "Peers": ("peer/peer_info.hpp", "peer/address.hpp", "peer/store/address_info.hpp", "peer/disconnect_info.hpp",
              "peer/chain_tip.hpp", "peer/session/send_priority.hpp"),
    "Requests to peers": ("peer/session/peer_request.hpp",),
    "Ways to peers": ("peer/transport/transport_options.hpp", "peer/transport/tls_options.hpp"),
    "Being reached": ("peer/reachability/status.hpp", "peer/reachability/statistics.hpp"),
    "Broadcasts": ("peer/broadcast_report.hpp", "peer/relay/peer_filter.hpp"),
    "Dandelion": ("peer/stem_result.hpp", "peer/dandelion/status.hpp", "peer/dandelion/options.hpp"),
    "Private broadcast": ("peer/private_broadcast/options.hpp", "peer/private_broadcast/status.hpp"),
    "Bans": ("peer/store/ban.hpp", "wire/messages/ban_reason.hpp", "peer/access/peer_lists.hpp"),
    "The application's side": (
        "integration/bridge/adapter.hpp", "peer/adapter/validation_result.hpp", "integration/bridge/chain_import.hpp",
        "integration/bridge/state_import.hpp", "integration/bridge/sync_status.hpp",
        "integration/bridge/request_handler.hpp", "integration/bridge/responder.hpp",
        "integration/bridge/bind_executor.hpp", "integration/threads/executor.hpp",
        "integration/threads/call_errc.hpp", "integration/threads/run_loop.hpp", "peer/phase.hpp", "peer/log.hpp"),
    "Below the adapter": ("peer/adapter/chain_adapter.hpp", "peer/adapter/pool_adapter.hpp",
                          "peer/adapter/node_events.hpp", "peer/adapter/completion.hpp"),
    "Headers, blocks and transactions": (
        "wire/header.hpp", "wire/block.hpp", "wire/compact_block.hpp", "wire/transaction.hpp", "wire/body.hpp",
        "wire/output.hpp", "wire/kernel.hpp", "wire/short_id.hpp", "wire/messages/headers.hpp",
        "wire/messages/block.hpp", "wire/messages/transaction.hpp"),
    "States": (
        "wire/segment.hpp", "wire/bitmap_segment.hpp", "wire/messages/segments.hpp", "wire/messages/txhashset.hpp"),
    "Statistics": (
        "statistics.hpp", "integration/sync/statistics.hpp", "metrics.hpp", "integration/metrics/exposition.hpp"),
    "Messages": ("wire/message.hpp", "wire/reader.hpp", "wire/writer.hpp", "wire/error.hpp", "wire/hash.hpp",
                 "wire/fixed_bytes.hpp", "wire/bytes.hpp", "wire/hex.hpp", "wire/protocol_version.hpp",
                 "wire/capabilities.hpp", "wire/chain_parameters.hpp", "peer/rate_limit.hpp"),
    "Values and errors": ("result.hpp", "error.hpp", "printable.hpp", "ip_address.hpp"),
    "Coroutines": ("coro/task.hpp", "coro/scope.hpp", "coro/stop.hpp", "coro/event.hpp", "coro/channel.hpp",
                   "coro/oneshot.hpp", "coro/semaphore.hpp", "coro/when_all.hpp", "coro/when_any.hpp",
                   "coro/yield.hpp", "coro/deferred.hpp",
                   "coro/awaitable.hpp"),
    "Time": ("io/time.hpp", "io/timeout.hpp", "io/timer.hpp", "io/backoff.hpp", "io/token_bucket.hpp"),
    "Input and output": ("io/runtime.hpp", "io/transport.hpp", "io/stream.hpp", "io/datagram.hpp",
                         "io/buffered_reader.hpp",
                         "io/endpoint.hpp", "io/endpoint_range.hpp", "io/socks5.hpp", "io/reconnect.hpp",
                         "io/for_each.hpp", "io/offload.hpp", "io/random.hpp", "io/wakeup.hpp"),
    "TLS": ("tls/handshake.hpp", "tls/context.hpp", "tls/key_hash.hpp", "tls/errc.hpp", "tls/sha3.hpp"),
    "Port mapping": ("portmap/port_mapper.hpp", "portmap/error.hpp", "portmap/transport_protocol.hpp",
                     "portmap/epoch.hpp", "portmap/pcp.hpp", "portmap/nat_pmp.hpp"),
    "The loop": ("uv/loop.hpp", "uv/signal_set.hpp", "uv/stdio.hpp", "uv/file.hpp", "uv/wakeup.hpp"),
}

def prose(comment):
    """Lines of a comment as Markdown; those of an example are indented."""
    text, example = [], False
    for line in comment:
        starts = not text or not text[-1] or text[-1].endswith(":")  # otherwise it goes on with the item of a list
        if line.startswith("  ") != example and (example or starts):
            example = not example
            text.append("```cpp" if example else "```")
        text.append(line[2:].removeprefix("  ") if example else line)
    return "\n".join(text + ["```"] * example)


def code(declared):
    lines = [each.text + ";" * (not each.text.startswith("PAPPUS_")) for each in declared]
    return "\n".join(["```cpp", *lines, "```"])


def described(some, header, outer, elsewhere):
    """Paragraphs on declarations that have one comment; on a class, on its members, too."""
    first = some[0]
    if not (first.kind or first.is_function):
        return [f"- `{each.text}`: {' '.join(each.comment)}" for each in some]
    paragraphs = [code(some), prose(first.comment)]
    if not first.is_type:
        return paragraphs
    paragraphs.insert(0, f"#### {outer}{first.name}")
    other = elsewhere.get(first.name)
    if other:
        paragraphs.append(f"[{'Enumerators' if first.kind == 'enum class' else 'Data members'}]({other}).")
    elif first.kind == "enum class":
        rows = re.findall(r"(\w+)(?: = -?\w+)?(?:,|\s*$| )(?: *// (.*))?", first.body)
        paragraphs += [f"- `{name}`{': ' * bool(meaning)}{meaning}" for name, meaning in rows]
    if first.kind == "enum class":
        return paragraphs
    access = "private" if first.kind == "class" else "public"
    inner = [group for group in groups(listed(first.body, f"{header} {first.name}", access))
             if not other or group[0].kind or group[0].is_function]
    inner.sort(key=lambda group: group[0].is_type)
    return paragraphs + [each for group in inner for each in described(group, header, f"{first.name}::", elsewhere)]


def page(generated, elsewhere):
    """The text of the page. `elsewhere`: where the members are of types that another page describes."""
    included = set(re.findall(r"#include <pappus/(.*)>", (INCLUDE / "pappus.hpp").read_text())) - {"version.hpp"}
    unlisted = included - {header for headers in AREAS.values() for header in headers}
    if unlisted:
        sys.exit(f"api_page.py: which area of the page is {', '.join(sorted(unlisted))} in?")
    paragraphs = ["# The programming interface", generated,
                  "What an application meets first, header by header, with the comments of the headers. All names are "
                  "in the namespace `pappus`. A header below a folder has its names in the namespace of that folder, "
                  "such as `pappus::peer`; `task`, `scope`, `event`, `channel` and the like are in `pappus`, too. "
                  "`<pappus/pappus.hpp>` includes what a program needs. [Settings](configuration.md), "
                  "[limits](limits.md) and [enumerators](enumerators.md) have pages of their own.",
                  "\n".join(f"- [{area}](#{re.sub('[^a-z -]', '', area.lower()).replace(' ', '-')})" for area in AREAS)]
    for area, headers in AREAS.items():
        paragraphs.append(f"## {area}")
        for header in headers:
            text = (INCLUDE / header).read_text()
            paragraphs += [f"### &lt;pappus/{header}&gt;", prose(re.findall(r"// ?(.*)", text.partition("#pragma")[0]))]
            for some in groups(listed(text, header)):
                paragraphs += described(some, header, "", elsewhere)
    text = "\n\n".join(each for each in paragraphs if each)
    return re.sub(r"(?m)^(- .*)\n\n(?=- )", r"\1\n", text)
