// A queue between threads: many send, one receives, neither waits for the other, and it is never longer than agreed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include <pappus/integration/letter.hpp>

namespace pappus::integration {

struct mailbox_statistics {
  std::uint64_t refused = 0;  // letters for which there was no room
  std::uint64_t woken = 0;    // how often the receiver had to be
};

/// Letters of one sender arrive in their order; those of several are not in any. Sending and receiving take no lock
/// (moodycamel::ConcurrentQueue). When it is full a letter is refused, and what that means is for its sender to say.
///
/// It is bounded by credits: each letter takes one along, and it is free again when the letter is received. A `sender`
/// fetches some at once, so that threads that send much seldom meet.
class mailbox {
public:
  /// Of at least one letter. `wake` is called on a sender's thread when there is mail for a receiver that rests; it
  /// must neither wait nor throw.
  mailbox(std::size_t capacity, std::function<void()> wake);
  mailbox(const mailbox&) = delete;
  mailbox& operator=(const mailbox&) = delete;
  ~mailbox();

  /// From any thread. False if there is no room; then the letter stays where it is.
  bool send(envelope&& what);

  /// For one thread that sends much. The mailbox outlives it.
  class sender {
  public:
    explicit sender(mailbox& to);
    sender(const sender&) = delete;
    sender& operator=(const sender&) = delete;
    ~sender();

    bool send(envelope&& what);

  private:
    struct state;
    mailbox& to_;
    std::size_t credits_ = 0;
    std::unique_ptr<state> state_;
  };

  // For the receiver, one thread at a time.

  /// Takes what there is, as far as there is room; gives how many letters.
  std::size_t take(std::span<envelope> into);

  /// Whether the receiver may rest: it is woken once, by the next letter, or has been just now. Otherwise there is more
  /// to take. At first it does not rest.
  [[nodiscard]] bool park() noexcept;

  /// Of a thread that has said something which senders look at behind `send`: what it takes from here on is all there
  /// is of those that have not seen it.
  void fence_senders() const noexcept;

  /// Of any thread.
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] mailbox_statistics statistics() const noexcept;

private:
  struct shared;
  [[nodiscard]] std::size_t fetch_credits(std::size_t most) noexcept;
  void wake_if_resting() noexcept;
  bool refuse() noexcept;

  std::size_t capacity_;
  std::size_t fetched_at_once_;
  std::unique_ptr<shared> shared_;
};

}  // namespace pappus::integration
