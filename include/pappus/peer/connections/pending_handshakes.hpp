// Inbound connections whose handshake is under way: bounded, so that one network cannot crowd out all others.
#pragma once

#include <cstddef>

#include <pappus/coro/intrusive_list.hpp>
#include <pappus/coro/stop.hpp>
#include <pappus/io/endpoint.hpp>

namespace pappus::peer {

/// When it is full, a further entry stops the oldest one of the /24 with the most entries. Outlives its entries.
class pending_handshakes {
public:
  /// A pending handshake, registered while this object lives. Its construction is O(n log n) when all places are taken.
  class entry : private coro::intrusive_list<entry>::hook {
  public:
    /// `token` is stopped when `parent` is, too.
    entry(pending_handshakes& owner, io::ipv4_address from, coro::stop_token parent);
    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;
    ~entry() { leave(); }

    /// The stop token of the handshake.
    [[nodiscard]] coro::stop_token token() noexcept { return stop_.token(); }
    /// Whether it was stopped to make room.
    [[nodiscard]] bool displaced() const noexcept { return displaced_; }

  private:
    friend pending_handshakes;
    friend coro::intrusive_list<entry>;
    void leave() noexcept;

    pending_handshakes* owner_;
    io::ipv4_address address_;
    coro::stop_source stop_;
    bool displaced_ = false;
  };

  explicit pending_handshakes(std::size_t max) noexcept : max_(max) {}

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// O(size).
  [[nodiscard]] std::size_t count_from(io::ipv4_address address) const noexcept;

private:
  void make_room() noexcept;

  std::size_t max_;
  std::size_t size_ = 0;
  coro::intrusive_list<entry> waiting_;  // oldest first
};

}  // namespace pappus::peer
