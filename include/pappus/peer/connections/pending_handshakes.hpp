// Inbound connections whose handshake is under way: bounded, so that one network cannot crowd out all others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <pappus/coro/intrusive_list.hpp>
#include <pappus/coro/stop.hpp>
#include <pappus/io/endpoint.hpp>

namespace pappus::peer {

/// What is waited for: a Hand, or a TLS handshake before it.
enum class handshake_kind : std::uint8_t { hand, tls };

/// When it is full, a further entry stops the oldest one of the /24, of IPv6 the /48, with the most entries; those of
/// an onion service are one such block. An address that has as many of a kind as it may has its own oldest one stopped:
/// newcomers displace those that share it and say nothing. Outlives its entries.
class pending_handshakes {
public:
  /// A pending handshake, registered while this object lives. Its construction is O(n), and O(n log n) when all places
  /// are taken.
  class entry : private coro::intrusive_list<entry>::hook {
  public:
    /// `max_of_address`: entries of this kind in the subnet of the address, with this one; at least 1. `token` is
    /// stopped when `parent` is, too.
    entry(pending_handshakes& owner, handshake_kind kind, ip_address from, std::size_t max_of_address,
          coro::stop_token parent);
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
    handshake_kind kind_;
    ip_address address_;
    coro::stop_source stop_;
    bool displaced_ = false;
  };

  explicit pending_handshakes(std::size_t max) : max_(max) { blocks_.reserve(max); }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
  struct member {
    ip_address block;
    std::size_t age;  // 0: the oldest of all
    entry* handshake;
  };

  void make_room_of(handshake_kind kind, const ip_address& subnet, std::size_t max) noexcept;
  void make_room() noexcept;
  static void displace(entry& which) noexcept;

  std::size_t max_;
  std::size_t size_ = 0;
  coro::intrusive_list<entry> waiting_;  // oldest first
  std::vector<member> blocks_;           // of `make_room` alone, which must not allocate
};

}  // namespace pappus::peer
