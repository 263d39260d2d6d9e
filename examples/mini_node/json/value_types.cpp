// Types of values: numbers with their units, and strings with their forms.
#include <utility>

#include <pappus/integration/bridge/sync_status.hpp>
#include <pappus/peer/dandelion/options.hpp>
#include <pappus/peer/disconnect_info.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/phase.hpp>
#include <pappus/peer/private_broadcast/options.hpp>
#include <pappus/peer/reachability/statistics.hpp>
#include <pappus/peer/stem_result.hpp>
#include <pappus/peer/store/address_info.hpp>
#include <pappus/peer/store/ban.hpp>
#include <pappus/wire/messages/ban_reason.hpp>

#include "declaration.hpp"

namespace mini_node::json {
namespace {

/// The names of an enumeration's values from `first` to `last`.
template <class Enum>
std::vector<std::string_view> names(Enum first, Enum last) {
  std::vector<std::string_view> all;
  for (auto i = static_cast<int>(first); i <= static_cast<int>(last); ++i) {
    all.emplace_back(to_string(static_cast<Enum>(i)));
  }
  return all;
}

std::vector<value_type> enumerations() {
  using namespace pappus::peer;
  using pappus::integration::sync_stage;
  using pappus::wire::reason_for_ban;
  return {{"direction", "string", "who dialed", names(direction::inbound, direction::outbound)},
          {"transport_type", "string",
           "`proxy`: through a SOCKS5 proxy; `onion`: through one, to an onion service; `direct`: neither",
           names(transport_type::direct, transport_type::onion)},
          {"disconnect_reason", "string", "why a session or connection ended; a detail may follow after `: `",
           names(disconnect_reason{}, disconnect_reason::internal_error), "(: .+)?"},
          {"phase", "string", "`stem`: private; `fluff`: public", {to_string(phase::stem), to_string(phase::fluff)}},
          {"fluff_reason", "string",
           "why the node made a transaction public: its aggregation period or its embargo is over, there is no peer to "
           "relay it to, or the operator did it",
           names(fluff_reason::aggregation_expired, fluff_reason::requested)},
          {"stem_outcome", "string",
           "`fluffed`: by this node; `seen`: by another node; `confirmed`: in a block; `evicted`: found invalid",
           names(stem_outcome::fluffed, stem_outcome::invalid)},
          {"address_state", "string",
           "`healthy`: the last dial succeeded; `defunct`: it failed; `unknown`: not dialed yet; `banned`: a ban is in "
           "force",
           names(address_state::healthy, address_state::unknown)},
          {"ban_reason", "string", "as sent to the peer; `none`: a fault that has no value in the protocol",
           names(reason_for_ban::none, reason_for_ban::bad_handshake)},
          {"ban_author", "string", "who banned", names(ban_author::operator_of_node, ban_author::node)},
          {"sync_stage",
           "string",
           "`waiting`: for peers; `headers`: a peer has more work than the headers here; `blocks`: blocks of these "
           "headers are missing; `following`: nothing is missing",
           {to_string(sync_stage::waiting), to_string(sync_stage::headers), to_string(sync_stage::blocks),
            to_string(sync_stage::following)}},
          {"reachability_state", "string",
           "`yes`: one has connected lately; `no`: none has for hours; `unknown`: none has yet, or none is expected to",
           names(reachability_state::unknown, reachability_state::yes)},
          {"dandelion_scheme", "string", "as chosen by `--dandelion`",
           names(dandelion_scheme::grin, dandelion_scheme::dandelion_plus_plus)},
          {"own_broadcast", "string", "as chosen by `--broadcast`",
           names(own_broadcast::dandelion, own_broadcast::private_broadcast)},
          {"dandelion_mode", "string", "what happens to stem transactions of others in this epoch",
           names(dandelion_mode::stem, dandelion_mode::fluff)}};
}

}  // namespace

std::vector<value_type> value_types() {
  std::vector<value_type> all{
      {"boolean", "boolean", "`true` or `false`"},
      {"count", "unsigned integer", "0 to 2^64 - 1; of `stats`: since the start, unless it is said to be now"},
      {"bytes", "unsigned integer", "number of bytes, 0 to 2^64 - 1"},
      {"seconds", "unsigned integer", "whole seconds"},
      {"signed_seconds", "integer", "whole seconds, may be negative"},
      {"milliseconds", "number", "with a fraction"},
      {"time", "unsigned integer", "seconds since 1970-01-01 UTC; 0: never"},
      {"string", "string", "in ASCII; what peers choose is escaped"},
      {"hash", "string", "64 hexadecimal digits", {}, "[0-9a-f]{64}"},
      {"endpoint", "string", "`A.B.C.D:PORT` or `[IPV6]:PORT`", {}, R"((\d+\.\d+\.\d+\.\d+|\[[0-9a-f:]+\]):\d+)"},
      {"ip_address", "string", "`A.B.C.D` or `IPV6`", {}, R"(\d+\.\d+\.\d+\.\d+|[0-9a-f:]+)"},
      {"peer_address", "string", "`A.B.C.D:PORT` or `[IPV6]:PORT`", {}, R"((\d+\.\d+\.\d+\.\d+|\[[0-9a-f:.]+\]):\d+)"},
      {"range",
       "string",
       "`A.B.C.D[/BITS][:PORT]`, `IPV6[/BITS]` or `[IPV6][/BITS]:PORT`: an address, a block of addresses, or one port "
       "of "
       "these",
       {},
       R"(\d+\.\d+\.\d+\.\d+(/\d+)?(:\d+)?|[0-9a-f:]+(/\d+)?|\[[0-9a-f:]+\](/\d+)?:\d+)"},
      {"metrics", "object",
       "each metric of the reply to `metrics` by its name: a number, or an object of numbers by the values of its "
       "label; "
       "[metrics](metrics.md) lists those of the library"}};
  for (value_type& each : enumerations()) all.push_back(std::move(each));
  return all;
}

}  // namespace mini_node::json
