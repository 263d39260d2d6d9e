// Accounts of the addresses and endpoints that are responsible for sessions. A peer's claims about itself are no proof:
// an inbound peer is charged to the address it connects from, together with all peers behind it. Only an endpoint that
// the node has dialed has an account of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include <pappus/io/endpoint.hpp>
#include <pappus/io/endpoint_range.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/peer/accounts/account.hpp>
#include <pappus/peer/accounts/limits.hpp>
#include <pappus/peer/accounts/statistics.hpp>
#include <pappus/peer/peer_info.hpp>

namespace pappus::peer {

/// Accounts of addresses that have dialed the node and of endpoints that the node has dialed. Each is kept while a
/// session uses it or it has something to remember. An address is an IPv4 address, or a /64 of IPv6. Bounded: when
/// there are too many of addresses, those of a customer's block are merged, then those of a netgroup, of a /8 (of IPv6
/// a /16), and finally all of the family, so that many addresses gain an attacker nothing. O(log n); O(n log n) when
/// merging.
class accounts {
  struct entry {
    entry(const account_limits& max, io::time_point now) noexcept : has(max, now) {}

    account has;
    std::size_t uses = 0;
  };

public:
  struct options {
    account_limits of_address;
    account_limits of_name;  // of addresses that stand for names: all that come by an onion service share one
    account_limits of_endpoint;
    bool exempts_loopback = false;  // loopback addresses have no accounts
    std::size_t max_accounts = limits::max_accounts;
    std::size_t max_dialed_accounts = limits::max_dialed_accounts;
  };

  accounts(io::runtime& runtime, const options& limits) noexcept : runtime_(runtime), options_(limits) {}
  accounts(const accounts&) = delete;
  accounts& operator=(const accounts&) = delete;

  /// The account that a session is charged to, kept while this lives. The `accounts` outlive it.
  class account_ref {
  public:
    /// For an inbound connection the account of its address, or one of its own if the address is exempt; for an
    /// outbound one that of its endpoint.
    account_ref(accounts& owner, const peer_info& peer);
    account_ref(const account_ref&) = delete;
    account_ref& operator=(const account_ref&) = delete;
    ~account_ref();

    [[nodiscard]] account& operator*() noexcept { return entry_->has; }
    [[nodiscard]] account* operator->() noexcept { return &entry_->has; }

  private:
    accounts& owner_;
    io::endpoint_range range_;
    std::optional<entry> own_;
    entry* entry_ = nullptr;
  };

  /// The account to be charged for a peer's behavior, also after its session; null if its address is exempt. Valid
  /// until the next call.
  [[nodiscard]] account* account_of(const peer_info& peer);

  /// The account of an address or of a dialed endpoint; null if there is none.
  [[nodiscard]] const account* find(ip_address from) const;
  [[nodiscard]] const account* find(io::endpoint dialed) const;

  /// Whether that address has no account.
  [[nodiscard]] bool exempts(ip_address from) const noexcept { return options_.exempts_loopback && from.is_loopback(); }

  [[nodiscard]] account_statistics statistics() const noexcept;

private:
  using table = std::map<io::endpoint_range, entry>;

  [[nodiscard]] table::const_iterator covering(ip_address from) const;
  [[nodiscard]] table::value_type* find_or_open(const peer_info& peer);
  [[nodiscard]] table::value_type& of_address(ip_address from);
  [[nodiscard]] table::value_type& of_endpoint(io::endpoint dialed);
  [[nodiscard]] table::value_type& opened(const io::endpoint_range& range, const account_limits& max);
  void take(entry& used, const io::endpoint_range& range) noexcept;
  void give_back(const io::endpoint_range& range) noexcept;
  table::iterator erase(table::iterator which) noexcept;
  [[nodiscard]] std::size_t& idle_like(const io::endpoint_range& range) noexcept;
  void look_at_some();
  void make_room();
  void merge_into_blocks(std::size_t block_size, std::size_t max);
  void merge(const io::endpoint_range& block);
  void forget_dialed();

  io::runtime& runtime_;
  options options_;
  table table_;  // addresses and blocks without a port, dialed endpoints with theirs
  std::size_t idle_ = 0;
  std::size_t idle_dialed_ = 0;
  std::optional<io::endpoint_range> merge_cursor_;
  std::uint64_t merged_ = 0;
  std::uint64_t forgotten_ = 0;
};

}  // namespace pappus::peer
