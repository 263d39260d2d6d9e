// Look-ups of whether transactions of the node's own are public already.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>

#include <pappus/peer/adapter/application_inventory.hpp>
#include <pappus/peer/adapter/pool_adapter.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

/// Asks the adapter for its public transaction. One may become public while the adapter looks it up; what was public
/// before, and is not in the pool of the application any more, may be private again.
class public_lookups {
public:
  using answer = std::function<void(bool is_public)>;

  /// Both arguments outlive it.
  public_lookups(pool_adapter& pool, application_inventory& inventory) noexcept : pool_(pool), inventory_(inventory) {}
  public_lookups(const public_lookups&) = delete;
  public_lookups& operator=(const public_lookups&) = delete;

  /// Calls `done` once, perhaps before it returns, unless `close` is called before.
  void start(const wire::transaction_ptr& tx, answer done);

  /// To be called when a valid transaction or block with these kernels, in ascending order, is public. O(look-ups).
  void note_public(std::span<const wire::hash> kernels);

  /// No callback is called any more.
  void close() noexcept;

  [[nodiscard]] bool empty() const noexcept { return pending_.empty(); }

private:
  struct lookup {
    wire::transaction_ptr tx;
    bool was_known = false;  // to the application's filter: taken by it or not, perhaps long ago
    bool is_public = false;  // since the call
  };

  pool_adapter& pool_;
  application_inventory& inventory_;
  std::map<std::uint64_t, lookup> pending_;  // by number
  std::uint64_t last_ = 0;
  bool closed_ = false;
};

}  // namespace pappus::peer
