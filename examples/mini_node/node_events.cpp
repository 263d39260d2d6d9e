#include "node_events.hpp"

#include <utility>

#include <pappus/tls/errc.hpp>

#include "records.hpp"

namespace mini_node {

namespace peer = pappus::peer;

namespace {

/// Rate limit for events of connections without a completed handshake: an attacker that opens and closes connections
/// must not fill a disk.
constexpr double strangers_per_second = 0.5;
constexpr double strangers_at_once = 40;

}  // namespace

node_events::node_events(pappus::uv::loop& on, console& to)
    : on_(on), console_(to), strangers_(strangers_per_second, strangers_at_once, on.now()) {}

void node_events::add_to(pappus::integration::adapter& host, bool trace, std::function<void()> listens) {
  host.transaction_stemmed = [this](const auto& tx, const peer::peer_info& to) { console_.tell(stemmed(*tx, to)); };
  host.listening = [this, listens = std::move(listens)](pappus::io::endpoint at) {
    console_.tell(listening(at));
    listens();
  };
  host.peer_connected = [this](const peer::peer_info& who) {
    connected_.insert(who.id);
    console_.tell(peer_connected(who));
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
  if (connected_.erase(who.id) != 0) return console_.tell(peer_disconnected(who, why, 0));
  if (const auto suppressed = strangers_.admit(on_.now())) console_.tell(peer_disconnected(who, why, *suppressed));
}

std::string failure_of(const pappus::node_config& config, std::error_code why) {
  if (why.category() == pappus::tls::category()) {
    const auto& own = config.tls.own;
    return "cannot use the certificate '" + own.chain + "' with the key '" + own.key + "': " + why.message();
  }
  const pappus::io::endpoint where =
      config.listen.value_or(pappus::io::endpoint{pappus::ip_address::v6({}), config.chain.default_port});
  const std::string what = why.category() == peer::store_category() ? "cannot use the store '" + config.store_path + "'"
                                                                    : "cannot listen on " + to_string(where);
  return what + ": " + why.message();
}

}  // namespace mini_node
