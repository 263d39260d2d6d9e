// The services of a node, connected to each other: what starts, runs and stops them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <pappus/coro/event.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/coro/stop.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/integration/bridge/adapter.hpp>
#include <pappus/integration/bridge/adapter_bridge.hpp>
#include <pappus/integration/filter/application_filter.hpp>
#include <pappus/integration/sync/chain_sync.hpp>
#include <pappus/integration/threads/call_queue.hpp>
#include <pappus/integration/threads/shared_chain_tip.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/io/endpoint_range.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/limit_monitor.hpp>
#include <pappus/listening_status.hpp>
#include <pappus/node.hpp>
#include <pappus/node_config.hpp>
#include <pappus/peer/access/ban_manager.hpp>
#include <pappus/peer/access/connection_gater.hpp>
#include <pappus/peer/accounts/accounts.hpp>
#include <pappus/peer/clock/node_clock.hpp>
#include <pappus/peer/connections/connection_manager.hpp>
#include <pappus/peer/connections/last_valid_times.hpp>
#include <pappus/peer/connections/memory_monitor.hpp>
#include <pappus/peer/connections/peer_maintenance.hpp>
#include <pappus/peer/dandelion/dandelion.hpp>
#include <pappus/peer/dandelion/diffusion.hpp>
#include <pappus/peer/discovery/discovery.hpp>
#include <pappus/peer/discovery/seed.hpp>
#include <pappus/peer/handlers/address_relay.hpp>
#include <pappus/peer/handlers/chain_handler.hpp>
#include <pappus/peer/handlers/transaction_relay.hpp>
#include <pappus/peer/logger.hpp>
#include <pappus/peer/private_broadcast/private_broadcaster.hpp>
#include <pappus/peer/reachability/reachability.hpp>
#include <pappus/peer/relay/broadcaster.hpp>
#include <pappus/peer/relay/known_items.hpp>
#include <pappus/peer/session/exception_boundary.hpp>
#include <pappus/peer/session/local_node.hpp>
#include <pappus/peer/session/message_monitor.hpp>
#include <pappus/peer/session/peer_request.hpp>
#include <pappus/peer/session/session.hpp>
#include <pappus/peer/session/session_registry.hpp>
#include <pappus/peer/store/peer_store.hpp>
#include <pappus/peer/transport/connector.hpp>
#include <pappus/result.hpp>
#include <pappus/statistics.hpp>
#include <pappus/wire/messages/ban_reason.hpp>

#include "deferred_calls.hpp"

namespace pappus {

/// Each service gets references to those before it. All members are for the loop's thread.
class node::services {
public:
  services(io::runtime& on, node_config wanted, integration::adapter functions);
  services(const services&) = delete;
  services& operator=(const services&) = delete;
  ~services();

  /// Terminates, naming the member `call` of `node`, if the node runs on another thread than this one, or is being
  /// destroyed.
  void expect_usable(const char* call) const noexcept;
  /// Whether `run` has begun and has not completed.
  [[nodiscard]] bool is_running() const noexcept {
    return thread_.load(std::memory_order_relaxed) != std::thread::id{};
  }

  // As the members of `node` with these names. Callbacks may be called before the call returns.
  [[nodiscard]] task<result<void>> run();
  void stop() noexcept;
  void connect(peer::seed to, std::function<void(result<peer::peer_info>)> done);
  void dial(peer::seed to, peer::connection_manager::connected done);
  void stem(const wire::transaction_ptr& tx, std::function<void(result<void>)> done);
  void stem_result(const wire::transaction_ptr& tx, const std::function<void(result<peer::stem_result>)>& done);
  peer::broadcast_report fluff(const wire::transaction_ptr& tx);
  /// `done` gets the number of the lifted bans, too.
  std::size_t unban(const io::endpoint_range& range, std::function<void(result<std::size_t>)> done);
  template <peer::peer_request Request>
  void request(std::uint64_t peer, Request request, std::function<void(result<peer::response_to<Request>>)> done) {
    peer::session* const asked = sessions.find(peer);
    if (asked == nullptr) {
      monitor.counted.requests.unanswered.add(peer::request_error::no_such_peer);
      return done(failure{make_error_code(peer::request_error::no_such_peer)});
    }
    asked->request(std::move(request), peer::response_handler<Request>{[done = std::move(done)](auto outcome) {
                     if (outcome) done(*std::move(outcome));
                     else done(failure{make_error_code(outcome.error())});
                   }});
  }
  [[nodiscard]] node_statistics statistics() const;

  /// Queue of calls from other threads; made when it is first needed.
  [[nodiscard]] const std::shared_ptr<integration::call_queue>& call_queue();

private:
  [[nodiscard]] queue_statistics queues() const;
  void close_queues();
  void close_own();
  void refuse_early_dials() noexcept;
  task<result<void>> run_services(scope& tasks, io::grace_period& last_words);
  task<result<void>> open(scope& tasks, coro::stop_token give_up);
  [[nodiscard]] result<void> open_links();
  task<void> accept();
  task<void> dial_when_open(peer::seed to, peer::connection_manager::connected done);

public:
  io::runtime& runtime;
  const std::size_t connections_wanted;
  const node_config config;  // with no more connections than there are descriptors for
  peer::session_registry sessions;
  peer::logger log;
  peer::exception_boundary exceptions;
  deferred_calls deferred;
  const std::shared_ptr<integration::shared_chain_tip> tip = std::make_shared<integration::shared_chain_tip>();
  const std::shared_ptr<integration::shared_chain_tip> header_tip = std::make_shared<integration::shared_chain_tip>();
  peer::local_node local_node;
  peer::connector paths;
  integration::application_filter application_filter;
  integration::adapter_bridge bridge;
  peer::message_monitor monitor;
  peer::node_clock clock;
  peer::known_items known_items;
  peer::last_valid_times last_valid_times;
  peer::broadcaster broadcaster;
  peer::peer_store peer_store;
  peer::connection_gater gater;
  peer::accounts accounts;
  peer::ban_manager ban_manager;

  peer::diffusion diffusion;
  peer::dandelion dandelion;
  peer::private_broadcaster private_broadcaster;
  peer::transaction_relay transaction_relay;
  peer::chain_handler chain;
  peer::address_relay address_relay;
  peer::reachability reachability;
  peer::connection_manager connections;
  peer::discovery discovery;
  peer::peer_maintenance peer_maintenance;
  peer::memory_monitor memory_monitor;
  integration::chain_sync sync;
  limit_monitor limits;
  listening_status listening;

private:
  io::listener_ptr listener_;
  io::listener_ptr onion_listener_;  // null without an onion service
  io::listener_ptr link_listener_;   // null unless private links are accepted
  std::shared_ptr<integration::call_queue> calls_;
  struct early_dial {
    peer::seed to;
    peer::connection_manager::connected done;
  };
  std::vector<early_dial> early_dials_;  // asked for before `run`
  event opened_;                         // set when the bans have been read and the node listens
  scope* tasks_ = nullptr;               // null unless the node runs
  bool stop_requested_ = false;
  bool has_run_ = false;
  bool being_destroyed_ = false;
  std::atomic<std::thread::id> thread_{};  // that runs the node; none unless it runs
};

}  // namespace pappus
