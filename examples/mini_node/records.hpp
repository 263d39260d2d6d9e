// Events and replies as JSON records, and their two text formats.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <pappus/integration/bridge/sync_status.hpp>
#include <pappus/ip_address.hpp>
#include <pappus/listening_status.hpp>
#include <pappus/node.hpp>
#include <pappus/peer/disconnect_info.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/phase.hpp>
#include <pappus/peer/relay/broadcaster.hpp>
#include <pappus/peer/stem_result.hpp>
#include <pappus/wire/grin_messages.hpp>

namespace mini_node {

/// Keeps the insertion order of its fields.
using record = nlohmann::ordered_json;

[[nodiscard]] record listening(const pappus::listening_status& at);
[[nodiscard]] record peer_connected(const pappus::peer::peer_info& peer);
/// `suppressed`: the number of similar events before this one that were not reported.
[[nodiscard]] record peer_disconnected(const pappus::peer::peer_info& peer, const pappus::peer::disconnect_info& why,
                                       std::uint64_t suppressed);
[[nodiscard]] record transaction(const pappus::wire::transaction& tx, pappus::peer::phase at,
                                 const pappus::peer::peer_info& from);
[[nodiscard]] record stemmed(const pappus::wire::transaction& tx, const pappus::peer::peer_info& to);
[[nodiscard]] record fluffed(const pappus::wire::transaction& tx, pappus::peer::fluff_reason why,
                             const pappus::peer::broadcast_report& report);
/// What has become of an own transaction.
[[nodiscard]] record stem_result(const pappus::wire::transaction& tx, const pappus::peer::stem_result& outcome);
[[nodiscard]] record header(const pappus::wire::header& said, const pappus::peer::peer_info& from);
[[nodiscard]] record compact_block(const pappus::wire::compact_block& said, const pappus::peer::peer_info& from);
[[nodiscard]] record banned(const pappus::peer::ban& made);
[[nodiscard]] record unbanned(const pappus::peer::ban& lifted);
[[nodiscard]] record block(const pappus::wire::block& said, const pappus::peer::peer_info& from);
/// One that the node has requested.
[[nodiscard]] record block(const pappus::wire::block& said);
[[nodiscard]] record sync(const pappus::integration::sync_status& now);

/// Adds the name for which the address stands, if it stands for one.
[[nodiscard]] record with_host(record described, const pappus::node& node, const pappus::ip_address& address);
/// The same of a peer. One that has made a private link has a key and no name.
[[nodiscard]] record with_host(record described, const pappus::node& node, const pappus::peer::peer_info& peer);

/// Parts of replies.
[[nodiscard]] record description_of(const pappus::peer::peer_info& peer);
[[nodiscard]] record description_of(const pappus::peer::peer_stats& peer);
[[nodiscard]] record description_of(const pappus::peer::address_info& known, pappus::peer::address_state state);
[[nodiscard]] record description_of(const pappus::peer::ban& made);
[[nodiscard]] record description_of(const pappus::peer::broadcast_report& report);
[[nodiscard]] record description_of(const pappus::node_statistics& counted);
[[nodiscard]] record description_of(const pappus::peer::reachability_status& now);
[[nodiscard]] record description_of(const pappus::wire::messages::peer_addrs& answer);
[[nodiscard]] record description_of(const pappus::wire::messages::headers& answer);
[[nodiscard]] record description_of(const pappus::wire::messages::block& answer);
[[nodiscard]] record description_of(const pappus::wire::messages::compact_block& answer);
[[nodiscard]] record description_of(const pappus::wire::messages::output_bitmap_segment& answer);
[[nodiscard]] record description_of(const pappus::wire::messages::output_segment& answer);
[[nodiscard]] record description_of(const pappus::wire::messages::range_proof_segment& answer);
[[nodiscard]] record description_of(const pappus::wire::messages::kernel_segment& answer);
[[nodiscard]] record description_of(const pappus::wire::messages::txhashset_archive& answer);

/// The hash that identifies a transaction on the network: that of its first kernel.
[[nodiscard]] std::string kernel_of(const pappus::wire::transaction& tx);

/// A successful reply with `fields`, or a failed one with the reason.
[[nodiscard]] record granted(std::string_view command, const record& fields);
[[nodiscard]] record refused(std::string_view command, std::string_view why);

/// One JSON object, ASCII only.
[[nodiscard]] std::string to_json_line(const record& said);

/// Human-readable: `peer_disconnected peer=127.0.0.1:3414 reason=closed_by_peer`.
[[nodiscard]] std::string to_plain_line(const record& said);

}  // namespace mini_node
