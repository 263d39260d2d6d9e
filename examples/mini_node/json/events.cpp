// Events, in the order of docs/reference/json.md.
#include "declaration.hpp"

namespace mini_node::json {

std::vector<object> events() {
  return {
      {"listening",
       "The node accepts connections, and reads commands from now on.",
       {{"address", "endpoint", "where it listens"},
        {"onion", "endpoint", "where it listens for an onion service", "`--listen-onion` is given"},
        {"tls", "endpoint", "where it listens for private links", "`--listen-tls` is given"},
        {"tls_key", "hash", "of its own key, by which it is known", "`--tls-certificate` is given"}}},
      {"peer_connected", "A handshake has succeeded.", {}, {"peer", "host", "link"}},
      {"peer_disconnected",
       "A session has ended, or a connection failed before its handshake was complete; of the latter at most 40 at "
       "once and then one in 2 s. Connections refused before a byte was read are in `metrics` only.",
       {{"peer", "endpoint", "where it can be dialed, as far as that is known"},
        {"id", "count", "of the connection, as in `peer_connected`"},
        {"reason", "disconnect_reason", "why"},
        {"suppressed", "count", "events left out before this one", "not 0"}},
       {"host"}},
      {"transaction",
       "A peer has sent a transaction: on the stem, or one that is not in the pool.",
       {{"kernel", "hash", "hash of its first kernel"},
        {"phase", "phase", "how it was sent"},
        {"from", "endpoint", "the peer"}}},
      {"stemmed",
       "A private transaction was sent to a relay.",
       {{"kernel", "hash", "hash of its first kernel"}, {"to", "endpoint", "the relay"}}},
      {"fluffed",
       "The node has made a private transaction public.",
       {{"kernel", "hash", "hash of its first kernel"},
        {"reason", "fluff_reason", "why"},
        {"sent", "count", "peers that it was sent to"},
        {"cause", "fluff_reason", "", "", "reason"},
        {"peers", "count", "", "", "sent"}}},
      {"stem_result",
       "What has become of a transaction of `tx` that was private when the reply was written.",
       {{"kernel", "hash", "hash of its first kernel"},
        {"outcome", "stem_outcome", "why it is private no more"},
        {"reason", "fluff_reason", "why the node made it public", "`outcome` is `fluffed`"}}},
      {"header", "A peer has announced a header.", {}, {"news"}},
      {"compact_block", "A peer has announced a compact block.", {}, {"news"}},
      {"block",
       "A block has arrived.",
       {{"from", "endpoint", "the peer that sent it", "the node had not requested it"}},
       {"block_identity"}},
      {"sync",
       "How far the node is in following the chain; when that has changed, at most once a second. Without `--json`: "
       "at the beginning of each stage and every 10 s, and on a terminal as a progress bar.",
       {},
       {"sync_status"}},
      {"banned", "A ban has begun.", {}, {"ban"}},
      {"unbanned", "A ban was lifted.", {{"peer", "range", "who is banned no more"}}}};
}

}  // namespace mini_node::json
