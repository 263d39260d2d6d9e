#include <algorithm>
#include <utility>

#include <pappus/peer/transport/host_names.hpp>
#include <pappus/peer/transport/private_links.hpp>
#include <pappus/peer/transport/transport_errc.hpp>

namespace pappus::peer {
namespace {

/// No name of a host has these characters, so that it is none's address.
ip_address address_of_key(const tls::key_hash& key) { return host_names::address_of("=" + tls::to_hex(key)); }

ip_address address_of_node(const tls_peer& node) {
  return host_names::address_of(node.host + ':' + std::to_string(node.port) + '=' + tls::to_hex(node.key));
}

}  // namespace

private_links::private_links(tls_options settings) : settings_(std::move(settings)) {
  for (const tls_peer& each : settings_.peers) {
    link& made = outbound_.emplace_back();
    made.node = each;
    made.endpoint = {address_of_node(each), each.port};
  }
  for (const tls::key_hash& each : settings_.allowed_keys) inbound_.emplace(address_of_key(each), tls::to_hex(each));
}

result<void> private_links::open() {
  if (settings_.own.chain.empty()) return {};
  for (link& each : outbound_) {
    tls::client_options how;
    how.own = settings_.own;
    how.own.sends_leaf_only = true;
    how.servers.pinned_keys = {each.node.key};
    how.min_version = tls::protocol_version::tls_1_3;
    PAPPUS_TRY(client, tls::context::client(how));
    each.client = std::move(client);
  }
  tls::server_options how;
  how.own = settings_.own;
  how.own.sends_leaf_only = true;
  if (settings_.listen) how.clients.emplace().pinned_keys = settings_.allowed_keys;
  how.min_version = tls::protocol_version::tls_1_3;
  PAPPUS_TRY(server, tls::context::server(how));
  server_ = std::move(server);
  own_key_ = server_->own_key();
  const auto is_own = [this](const tls::key_hash& key) { return key == own_key_; };
  const bool dials_itself = std::ranges::any_of(settings_.peers, is_own, &tls_peer::key);
  const bool allows_itself_alone = settings_.listen && std::ranges::all_of(settings_.allowed_keys, is_own);
  if (dials_itself || allows_itself_alone) return failure{make_error_code(transport_errc::own_key)};
  return {};
}

const private_links::link* private_links::find(const ip_address& address) const noexcept {
  if (!address.is_named()) return nullptr;
  const auto found = std::ranges::find(outbound_, address, [](const link& each) { return each.endpoint.address; });
  return found == outbound_.end() ? nullptr : &*found;
}

void private_links::refuse_key(const ip_address& address, const std::optional<tls::key_hash>& key) noexcept {
  const auto found = std::ranges::find(outbound_, address, [](const link& each) { return each.endpoint.address; });
  if (found != outbound_.end()) found->refused_key = key;
}

/// Several nodes with one key are not told apart.
io::endpoint private_links::endpoint_of(const tls::key_hash& key) const {
  const auto has_key = [&key](const link& each) { return each.node.key == key; };
  const bool is_one = std::ranges::count_if(outbound_, has_key) == 1;
  return is_one ? std::ranges::find_if(outbound_, has_key)->endpoint : io::endpoint{address_of_key(key), 0};
}

std::vector<io::endpoint> private_links::endpoints() const {
  std::vector<io::endpoint> all;
  for (const link& each : outbound_) all.push_back(each.endpoint);
  for (const auto& [address, key] : inbound_) all.push_back({address, 0});
  return all;
}

const std::string* private_links::name_of(const ip_address& address) const noexcept {
  if (const link* const known = find(address)) return &known->node.host;
  const auto found = inbound_.find(address);
  return found == inbound_.end() ? nullptr : &found->second;
}

}  // namespace pappus::peer
