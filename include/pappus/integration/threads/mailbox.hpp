// Bounded multi-producer single-consumer queue between threads; neither side blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include <pappus/integration/threads/envelope.hpp>

namespace pappus::integration {

struct mailbox_statistics {
  std::uint64_t refused = 0;  // envelopes refused because the queue was full, or memory was exhausted
  std::uint64_t woken = 0;    // calls of `wake`
};

/// Envelopes of one sender arrive in order; there is no order between senders. Sending and receiving take no lock
/// (moodycamel::ConcurrentQueue). When the queue is full, an envelope is refused, and the sender decides what that
/// means.
///
/// Credits bound the queue: each envelope consumes one, which is released when the envelope is received. A `sender`
/// acquires several at a time, so that threads that send much seldom contend.
class mailbox {
public:
  /// Capacity in envelopes, at least one. `wake` is called on a sender's thread when an envelope arrives for a parked
  /// receiver; it must neither block nor throw.
  mailbox(std::size_t capacity, std::function<void()> wake);
  mailbox(const mailbox&) = delete;
  mailbox& operator=(const mailbox&) = delete;
  ~mailbox();

  /// From any thread. Returns false if the queue is full or memory is exhausted; if it is full, `envelope` is not moved
  /// from.
  bool send(envelope&& envelope);

  /// For one thread that sends much. The mailbox must outlive it.
  class sender {
  public:
    explicit sender(mailbox& to);
    sender(const sender&) = delete;
    sender& operator=(const sender&) = delete;
    ~sender();

    bool send(envelope&& envelope);

  private:
    struct state;
    mailbox& to_;
    std::size_t credits_ = 0;
    std::unique_ptr<state> state_;
  };

  // For the receiver, one thread at a time.

  /// Receives at most `into.size()` envelopes. Returns their number.
  std::size_t receive(std::span<envelope> into);

  /// Parks the receiver. Returns true if it may sleep: the next envelope wakes it once, or already has. Returns false
  /// if there are envelopes to take. The receiver is not parked initially.
  [[nodiscard]] bool park() noexcept;

  /// For a thread that has just set a flag which senders check after `send`: what the thread takes from here on
  /// includes all envelopes of senders that have not seen the flag.
  void fence_senders() const noexcept;

  /// For any thread.
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] mailbox_statistics statistics() const noexcept;

private:
  struct shared;
  [[nodiscard]] std::size_t fetch_credits(std::size_t max) noexcept;
  void wake_if_resting() noexcept;
  bool refuse() noexcept;

  std::size_t capacity_;
  std::size_t fetched_at_once_;
  std::unique_ptr<shared> shared_;
};

}  // namespace pappus::integration
