#include <cstddef>
#include <map>
#include <string_view>
#include <utility>

#include <pappus/coro/oneshot.hpp>
#include <pappus/listening_status.hpp>
#include <pappus/node.hpp>
#include <pappus/node_handle.hpp>
#include <pappus/peer/address.hpp>

#include "node_services.hpp"

namespace pappus {
namespace {

/// The awaitable form of an operation: awaits the argument of the callback that `begin` is called with.
template <class T, class Begin>
task<result<T>> awaited(peer::exception_boundary& exceptions, std::string_view what, Begin begin) {
  oneshot<result<T>> outcome;
  begin(exceptions.contained_once(std::function<void(result<T>)>{outcome}, what,
                                  [] { return failure{make_error_code(errc::internal_error)}; }));
  const auto given = co_await outcome.wait();
  if (!given) co_return failure{given.error()};
  co_return *std::move(outcome);
}

node_config checked(node_config config) {
  config.check();
  return config;
}

}  // namespace

node::node(io::runtime& runtime, node_config config, integration::adapter functions)
    : services_(std::make_unique<services>(runtime, checked(std::move(config)), std::move(functions))) {}

node::~node() = default;

task<result<void>> node::run() {
  services_->expect_usable("run");
  return services_->run();
}
void node::stop() noexcept {
  services_->expect_usable("stop");
  services_->stop();
}
const node_config& node::config() const noexcept {
  services_->expect_usable("config");
  return services_->config;
}
io::endpoint node::local_endpoint() const noexcept {
  services_->expect_usable("local_endpoint");
  return services_->listening.direct.value_or(io::endpoint{});
}
listening_status node::listening() const noexcept {
  services_->expect_usable("listening");
  return services_->listening;
}
void node::set_capabilities(wire::capabilities ours) noexcept {
  services_->expect_usable("set_capabilities");
  services_->local_node.capabilities = ours;
}
void node::trust_clock() {
  services_->expect_usable("trust_clock");
  services_->clock.trust();
}

node_handle node::handle(integration::executor executor) {
  services_->expect_usable("handle");
  return {{services_->call_queue(), services_->tip, services_->header_tip}, this, std::move(executor)};
}

// Peers.

task<result<peer::peer_info>> node::connect(io::endpoint endpoint) {
  services_->expect_usable("connect");
  return awaited<peer::peer_info>(services_->exceptions, "connect", [this, endpoint](auto done) {
    services_->connect(peer::seed_at(endpoint), std::move(done));
  });
}

void node::connect(io::endpoint endpoint, std::function<void(result<peer::peer_info>)> done) {
  services_->expect_usable("connect");
  const call_completion<peer::peer_info> call{services_->deferred, std::move(done), "connect"};
  services_->connect(peer::seed_at(endpoint), call.handler());
}

task<result<peer::peer_info>> node::connect(peer::seed host) {
  services_->expect_usable("connect");
  return awaited<peer::peer_info>(services_->exceptions, "connect", [this, named = std::move(host)](auto done) {
    services_->connect(named, std::move(done));
  });
}

void node::connect(peer::seed host, std::function<void(result<peer::peer_info>)> done) {
  services_->expect_usable("connect");
  const call_completion<peer::peer_info> call{services_->deferred, std::move(done), "connect"};
  services_->connect(std::move(host), call.handler());
}

void node::dial(peer::seed host, std::function<void(result<peer::peer_info, peer::disconnect_info>)> done) {
  services_->expect_usable("dial");
  const call_completion<peer::peer_info, peer::disconnect_info> call{services_->deferred, std::move(done), "dial"};
  services_->dial(std::move(host), call.handler());
}

std::optional<std::string> node::name_of(const ip_address& address) const {
  services_->expect_usable("name_of");
  const std::string* const known = services_->paths.name_of(address);
  return known == nullptr ? std::nullopt : std::optional{*known};
}

std::size_t node::disconnect(const io::endpoint_range& range) {
  services_->expect_usable("disconnect");
  std::size_t ended = 0;
  for (peer::session* const each : services_->sessions.sessions()) {
    if (!range.contains(each->peer().endpoint)) continue;
    each->end({peer::disconnect_reason::requested, {}});
    ++ended;
  }
  return ended;
}

bool node::disconnect(std::uint64_t peer) {
  services_->expect_usable("disconnect");
  peer::session* const found = services_->sessions.find(peer);
  if (found != nullptr) found->end({peer::disconnect_reason::requested, {}});
  return found != nullptr;
}

bool node::report_misbehavior(std::uint64_t peer, wire::reason_for_ban reason) {
  services_->expect_usable("report_misbehavior");
  peer::session* const found = services_->sessions.find(peer);
  if (found == nullptr) return false;
  services_->ban_manager.report(found->peer(), reason);
  return true;
}

std::vector<peer::peer_stats> node::peers() const {
  services_->expect_usable("peers");
  return services_->sessions.snapshot();
}

std::vector<peer::peer_info> node::peers_with(const wire::hash& hash) const {
  services_->expect_usable("peers_with");
  const peer::fingerprint print = services_->known_items.fingerprint_of(hash);
  std::vector<peer::peer_info> found;
  for (peer::session* const each : services_->sessions.sessions()) {
    if (!each->is_ending() && services_->known_items.contains(*each, print)) found.push_back(each->peer());
  }
  return found;
}

std::vector<peer::address_info> node::known_addresses() const {
  services_->expect_usable("known_addresses");
  return services_->peer_store.book().list();
}

peer::address_state node::address_state(const peer::address_info& which) const {
  services_->expect_usable("address_state");
  const io::endpoint where = peer::to_endpoint(which.address);
  const bool banned = services_->peer_store.bans().find(where, services_->clock.now()) != nullptr;
  return banned ? peer::address_state::banned : which.state();
}

// Relay.

peer::broadcast_report node::broadcast(const wire::transaction_ptr& tx, const peer::peer_filter& filter,
                                       peer::transaction_form form) {
  services_->expect_usable("broadcast");
  return services_->transaction_relay.broadcast(tx, filter, form);
}
peer::broadcast_report node::broadcast(const wire::header& header, const peer::peer_filter& filter) {
  services_->expect_usable("broadcast");
  return services_->chain.broadcast(header, filter);
}
peer::broadcast_report node::broadcast(const wire::compact_block_ptr& block, const peer::peer_filter& filter) {
  services_->expect_usable("broadcast");
  return services_->chain.broadcast(block, filter);
}
peer::broadcast_report node::broadcast(const wire::block_ptr& block, const peer::peer_filter& filter) {
  services_->expect_usable("broadcast");
  return services_->chain.broadcast(block, filter);
}

void node::tx_accepted(const wire::transaction& tx) {
  services_->expect_usable("tx_accepted");
  services_->transaction_relay.not_needed(tx.kernel_hashes());
  services_->dandelion.seen(tx);
  services_->private_broadcaster.seen(tx);
}

void node::block_accepted(const wire::block& block) {
  services_->expect_usable("block_accepted");
  services_->transaction_relay.not_needed(block.kernel_hashes());
  services_->dandelion.confirmed(block);
  services_->private_broadcaster.confirmed(block);
}

bool node::send_frame(std::uint64_t peer, const frame_encoder& encode, peer::send_priority in) {
  services_->expect_usable("send");
  peer::session* const to = services_->sessions.find(peer);
  if (to == nullptr) return false;
  auto frame = encode({services_->local_node.chain, to->peer().version, *services_->local_node.memory});
  if (!frame) return false;
  to->send_frame(*std::move(frame), in);
  return true;
}

peer::broadcast_report node::broadcast_frame(const peer::peer_filter& filter, const frame_encoder& encode,
                                             peer::send_priority in) {
  services_->expect_usable("broadcast");
  const peer::local_node& us = services_->local_node;
  std::map<wire::protocol_version, wire::encode_result<wire::shared_bytes>> frames;
  peer::broadcast_report report;
  for (peer::session* const each : services_->sessions.sessions()) {
    if (filter && !filter(each->peer())) continue;
    const auto version = each->peer().version;
    auto frame = frames.find(version);
    if (frame == frames.end()) frame = frames.emplace(version, encode({us.chain, version, *us.memory})).first;
    if (each->is_ending() || !frame->second) {
      ++report.unsendable;
    } else if (in == peer::send_priority::announcements && each->is_congested()) {
      ++report.congested;
    } else {
      each->send_frame(*frame->second, in);
      ++report.sent;
    }
  }
  return report;
}

void node::set_message(peer::custom_message what) {
  services_->expect_usable("handle");
  services_->local_node.set_message(std::move(what));
}

// Dandelion.

task<result<void>> node::stem(wire::transaction_ptr tx) {
  services_->expect_usable("stem");
  return awaited<void>(services_->exceptions, "stem",
                       [this, tx = std::move(tx)](auto done) { services_->stem(tx, std::move(done)); });
}

void node::stem(const wire::transaction_ptr& tx, std::function<void(result<void>)> done) {
  services_->expect_usable("stem");
  const call_completion<void> call{services_->deferred, std::move(done), "stem"};
  services_->stem(tx, call.handler());
}

peer::broadcast_report node::fluff(const wire::transaction_ptr& tx) {
  services_->expect_usable("fluff");
  return services_->fluff(tx);
}

task<result<peer::stem_result>> node::stem_result(wire::transaction_ptr tx) {
  services_->expect_usable("stem_result");
  return awaited<peer::stem_result>(services_->exceptions, "stem_result",
                                    [this, tx = std::move(tx)](const auto& done) { services_->stem_result(tx, done); });
}

void node::stem_result(const wire::transaction_ptr& tx, std::function<void(result<peer::stem_result>)> done) {
  services_->expect_usable("stem_result");
  const call_completion<peer::stem_result> call{services_->deferred, std::move(done), "stem_result"};
  services_->stem_result(tx, call.handler());
}

peer::dandelion_status node::dandelion() const {
  services_->expect_usable("dandelion");
  peer::dandelion_status now = services_->dandelion.status();
  now.adapter_calls = services_->bridge.own_calls();
  now.own = services_->private_broadcaster.status();
  return now;
}

// Chain.

void node::set_chain_tip(peer::chain_tip tip) noexcept {
  services_->expect_usable("set_chain_tip");
  services_->tip->set(tip);
}
peer::chain_tip node::chain_tip() const noexcept {
  services_->expect_usable("chain_tip");
  return services_->local_node.tip();
}

void node::set_header_tip(peer::chain_tip tip) noexcept {
  services_->expect_usable("set_header_tip");
  services_->header_tip->set(tip);
  services_->sync.poll_soon();
}
peer::reachability_status node::reachability() const {
  services_->expect_usable("reachability");
  return services_->reachability.status();
}

integration::sync_status node::sync_status() const {
  services_->expect_usable("sync_status");
  return services_->sync.statistics().status;
}

template <peer::peer_request Request>
task<result<peer::response_to<Request>>> node::request(std::uint64_t peer, Request request) {
  services_->expect_usable("request");
  return awaited<peer::response_to<Request>>(services_->exceptions, "request",
                                             [this, peer, request = std::move(request)](auto done) mutable {
                                               services_->request(peer, std::move(request), std::move(done));
                                             });
}

template <peer::peer_request Request>
void node::request(std::uint64_t peer, Request request, std::function<void(result<peer::response_to<Request>>)> done) {
  services_->expect_usable("request");
  const call_completion<peer::response_to<Request>> call{services_->deferred, std::move(done), "request", peer};
  services_->request(peer, std::move(request), call.handler());
}

// Bans.

task<result<void>> node::ban(io::endpoint_range range, io::duration length, wire::reason_for_ban reason) {
  services_->expect_usable("ban");
  return awaited<void>(services_->exceptions, "ban", [this, range, length, reason](auto done) {
    services_->ban_manager.ban(range, length, reason, std::move(done));
  });
}

void node::ban(const io::endpoint_range& range, io::duration length, wire::reason_for_ban reason,
               std::function<void(result<void>)> done) {
  services_->expect_usable("ban");
  const call_completion<void> call{services_->deferred, std::move(done), "ban"};
  services_->ban_manager.ban(range, length, reason, call.handler());
}

task<result<std::size_t>> node::unban(io::endpoint_range range) {
  services_->expect_usable("unban");
  return awaited<std::size_t>(services_->exceptions, "unban",
                              [this, range](auto done) { services_->unban(range, std::move(done)); });
}

std::size_t node::unban(const io::endpoint_range& range, std::function<void(result<void>)> done) {
  services_->expect_usable("unban");
  const call_completion<void> call{services_->deferred, std::move(done), "unban"};
  return services_->unban(range, [tell = call.handler()](const result<std::size_t>& lifted) {
    if (lifted) tell({});
    else tell(failure{lifted.error()});
  });
}

std::vector<peer::ban> node::bans() const {
  services_->expect_usable("bans");
  return services_->peer_store.bans().list(services_->clock.now());
}

node_statistics node::statistics() const {
  services_->expect_usable("statistics");
  return services_->statistics();
}

using namespace wire::messages;
template task<result<peer_addrs>> node::request(std::uint64_t, get_peer_addrs);
template void node::request(std::uint64_t, get_peer_addrs, std::function<void(result<peer_addrs>)>);
template task<result<block>> node::request(std::uint64_t, get_block);
template void node::request(std::uint64_t, get_block, std::function<void(result<block>)>);
template task<result<compact_block>> node::request(std::uint64_t, get_compact_block);
template void node::request(std::uint64_t, get_compact_block, std::function<void(result<compact_block>)>);
template task<result<peer::headers_response>> node::request(std::uint64_t, peer::headers_request);
template void node::request(std::uint64_t, peer::headers_request, std::function<void(result<peer::headers_response>)>);
template task<result<txhashset_archive>> node::request(std::uint64_t, peer::archive_request);
template void node::request(std::uint64_t, peer::archive_request, std::function<void(result<txhashset_archive>)>);
template task<result<output_bitmap_segment>> node::request(std::uint64_t, get_output_bitmap_segment);
template void node::request(std::uint64_t, get_output_bitmap_segment,
                            std::function<void(result<output_bitmap_segment>)>);
template task<result<output_segment>> node::request(std::uint64_t, get_output_segment);
template void node::request(std::uint64_t, get_output_segment, std::function<void(result<output_segment>)>);
template task<result<range_proof_segment>> node::request(std::uint64_t, get_range_proof_segment);
template void node::request(std::uint64_t, get_range_proof_segment, std::function<void(result<range_proof_segment>)>);
template task<result<kernel_segment>> node::request(std::uint64_t, get_kernel_segment);
template void node::request(std::uint64_t, get_kernel_segment, std::function<void(result<kernel_segment>)>);

}  // namespace pappus
