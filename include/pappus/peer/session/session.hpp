// A connection after its handshake: reads and dispatches what comes, keeps the peer alive, and ends with a reason.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <pappus/coro/scope.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/io/network.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/peer/ending.hpp>
#include <pappus/peer/identity.hpp>
#include <pappus/peer/info.hpp>
#include <pappus/peer/messages.hpp>
#include <pappus/peer/phase.hpp>
#include <pappus/peer/session/connection.hpp>
#include <pappus/peer/session/known_hashes.hpp>

namespace pappus::peer {

class session;

/// What a session does not decide itself. Called on the loop while a frame is being dispatched: must not wait, and must
/// not destroy the session.
class session_listener {
public:
  virtual void transaction_received(session& from, const wire::transaction_ptr& tx, phase at) = 0;
  virtual void kernel_announced(session& by, const wire::hash& kernel) = 0;
  virtual void transaction_requested(session& by, const wire::hash& kernel) = 0;
  virtual void addresses_requested(session& by, wire::capabilities wanted) = 0;

protected:
  ~session_listener() = default;
};

/// Lives on the stack of the coroutine that runs it.
class session {
public:
  session(io::network& on, connection& over, const identity& us, peer_info peer, session_listener& listener);

  /// Runs until the session has ended, by whatever side; gives why. Completes within `limits::farewell` of a stop.
  [[nodiscard]] task<ending> run();

  /// Ends it; the first reason counts. What is queued is still written if the connection and the time allow.
  void end(ending why);

  /// Queues a message of the session's own: a request, or an answer. Ends the session if the peer is too far behind.
  template <wire::message Message>
  void send(const Message& message) {
    auto encoded = over_.encode(message);
    if (!encoded) return end({end_cause::internal_error, to_string(encoded.error())});
    send_frame(wire::share(std::move(*encoded)));
  }

  /// Queues a frame that many may share, encoded for a form this peer reads.
  void send_frame(wire::shared_bytes frame);

  /// Whether the peer takes so slowly that it is relayed nothing.
  [[nodiscard]] bool falls_behind() const noexcept { return over_.outgoing().full(); }

  [[nodiscard]] const peer_info& peer() const noexcept { return peer_; }
  [[nodiscard]] known_hashes& known() noexcept { return known_; }
  [[nodiscard]] std::uint64_t bytes_received() const noexcept { return over_.bytes_received(); }
  [[nodiscard]] std::uint64_t bytes_sent() const noexcept { return over_.outgoing().bytes_sent(); }

  /// Requests under way to this peer.
  std::size_t requests_under_way = 0;

private:
  class dispatcher;

  task<void> converse(scope& side_by_side);
  task<void> receive(io::deadline& alive);
  task<void> write();
  task<void> keep_pinging();
  [[nodiscard]] bool dispatch_arrived();
  void lost(std::error_code failed);

  io::network& on_;
  connection& over_;
  const identity& us_;
  peer_info peer_;
  session_listener& listener_;
  known_hashes known_;
  std::optional<ending> ended_;
  std::optional<io::time_point> pinged_at_;  // the oldest ping without a pong
  scope* side_by_side_ = nullptr;            // the reader, the pinger and the writer, while they run
  io::deadline writing_;                     // of the writer
};

}  // namespace pappus::peer
