// The statistics of a node, gathered from its services.
#include <algorithm>

#include <pappus/peer/session/session.hpp>

#include "node_services.hpp"

namespace pappus {

node_statistics node::services::statistics() const {
  node_statistics now;
  now.connections = connections.statistics();
  now.turns = runtime.turns();
  for (const peer::session* const each : sessions.sessions()) {
    ++(each->peer().direction == peer::direction::inbound ? now.inbound : now.outbound);
    now.connections.bytes_received += each->bytes_received();
    now.connections.bytes_sent += each->bytes_sent();
    now.connections.sends_throttled += each->throttled();
  }
  now.queues = queues();
  now.sessions = monitor.counted;
  now.dialer = discovery.dials();
  now.seeds = discovery.seeds();
  now.ban_manager = ban_manager.statistics();
  now.broadcasts = broadcaster.statistics();
  now.transactions = transaction_relay.statistics();
  now.chain = chain.statistics();
  now.validations = bridge.validations();
  now.adapter_calls = bridge.calls();
  now.sync = sync.statistics();
  now.accounts = accounts.statistics();
  now.duplicates = connections.doubles();
  now.address_relay = address_relay.statistics();
  now.addresses = peer_store.book().size();
  now.tried = peer_store.book().tried();
  now.bans = peer_store.bans().size();
  now.address_book = peer_store.book().statistics();
  now.store = peer_store.statistics();
  now.clock = clock.statistics();
  now.log = log.statistics();
  now.exceptions = exceptions.exceptions();
  now.memory = local_node.memory->statistics();
  now.memory.used -= dandelion.memory();
  now.reachability = reachability.statistics();
  if (calls_ != nullptr) now.calls = calls_->statistics();
  now.adapter_results = bridge.results();
  return now;
}

queue_statistics node::services::queues() const {
  queue_statistics now;
  for (const peer::session* const each : sessions.sessions()) {
    now.frames_waiting += each->frames_waiting();
    now.bytes_waiting += each->bytes_waiting();
    now.max_frames = std::max(now.max_frames, each->frames_waiting());
    now.max_bytes = std::max(now.max_bytes, each->bytes_waiting());
    now.bytes_buffered += each->bytes_buffered();
    now.pings += each->awaits_pong() ? 1 : 0;
    now.pending_requests += each->requests_pending();
    now.archives += each->is_sending_archive() ? 1 : 0;
  }
  return now;
}

}  // namespace pappus
