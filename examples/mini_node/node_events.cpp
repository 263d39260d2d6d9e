#include "node_events.hpp"

#include <cstdint>
#include <optional>
#include <utility>

#include <pappus/listening_status.hpp>
#include <pappus/peer/transport/transport_errc.hpp>
#include <pappus/tls/errc.hpp>

#include "records.hpp"

namespace mini_node {

namespace peer = pappus::peer;

namespace {

/// Rate limit for events of connections without a completed handshake: an attacker that opens and closes connections
/// must not fill a disk.
constexpr double strangers_per_second = 0.5;
constexpr double strangers_at_once = 40;

/// Where the node listens by default.
pappus::io::endpoint default_endpoint(const pappus::node_config& config) {
  const bool is_local = config.transport.rule != peer::transport_rule::direct;
  const auto address = is_local ? pappus::ip_address::v4(0x7f000001) : pappus::ip_address::v6({});
  return {address, config.chain.default_port};
}

/// What a node that does not run could not do.
std::string failed_listener(const pappus::node_config& config, const pappus::listening_status& others) {
  const auto listen = [](const pappus::io::endpoint& where, const char* option) {
    return "listen on " + to_string(where) + " (" + option + ')';
  };
  if (!others.direct) return listen(config.listen.value_or(default_endpoint(config)), "--listen");
  if (config.onion_listen && !others.onion) return listen(*config.onion_listen, "--listen-onion");
  if (config.tls.listen && !others.tls) return listen(*config.tls.listen, "--listen-tls");
  return "run";
}

}  // namespace

node_events::node_events(pappus::uv::loop& on, const pappus::node& node, console& to)
    : on_(on), node_(node), console_(to), strangers_(strangers_per_second, strangers_at_once, on.now()) {}

void node_events::add_to(pappus::integration::adapter& host, bool trace, std::function<void()> listens) {
  host.transaction_stemmed = [this](const auto& tx, const peer::peer_info& to) { console_.tell(stemmed(*tx, to)); };
  host.listening = [this, listens = std::move(listens)](pappus::io::endpoint) {
    console_.tell(listening(node_.listening()));
    listens();
  };
  host.peer_connected = [this](const peer::peer_info& who) {
    connected_.insert(who.id);
    console_.tell(with_host(peer_connected(who), node_, who));
  };
  host.peer_disconnected = [this](const peer::peer_info& who, const peer::disconnect_info& why) {
    tell_of_end(who, why);
  };
  host.banned = [this](const peer::ban& made) { console_.tell(banned(made)); };
  host.unbanned = [this](const peer::ban& lifted) { console_.tell(unbanned(lifted)); };
  host.log = [this](const peer::log_line& line) { console_.log(line); };
  if (!trace) return;
  host.trace = [this](const peer::peer_info& with, const peer::passing_message& what) { console_.log(with, what); };
}

/// Always reports the disconnect of a peer whose connection was reported; the others are rate-limited.
void node_events::tell_of_end(const peer::peer_info& who, const peer::disconnect_info& why) {
  const bool was_connected = connected_.erase(who.id) != 0;
  const auto suppressed = was_connected ? std::optional<std::uint64_t>{0} : strangers_.admit(on_.now());
  if (suppressed) console_.tell(with_host(peer_disconnected(who, why, *suppressed), node_, who));
}

std::string failure_of(const pappus::node& node, std::error_code why) {
  const pappus::node_config& config = node.config();
  if (why == peer::transport_errc::own_key) {
    const auto key = node.listening().tls_key;
    return "--tls-peer has, or --tls-allow has alone, the key of this node itself" +
           (key ? ", " + pappus::tls::to_hex(*key) : "");
  }
  if (why.category() == pappus::tls::category()) {
    const auto& own = config.tls.own;
    return "cannot use the certificate '" + own.chain + "' with the key '" + own.key + "': " + why.message();
  }
  if (why.category() == peer::store_category()) {
    return "cannot use the store '" + config.store_path + "': " + why.message();
  }
  return "cannot " + failed_listener(config, node.listening()) + ": " + why.message();
}

}  // namespace mini_node
