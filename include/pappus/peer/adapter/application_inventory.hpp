// Interface of the set of items that the application has, so that it is not notified of them again.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <pappus/wire/hash.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

/// Types of items: an application that has a block's header still needs the block. The types of a block are in rising
/// order of what their holder has.
enum class inventory_type : std::uint8_t { transaction, header, compact_block, block };
inline constexpr std::size_t inventory_types = 4;

/// Items of which the application was notified, or which it has reported itself: transactions by the hashes of their
/// kernels, blocks by the digests of their headers. Forgets old items, and may rarely contain one that was not added.
/// Implemented by `integration::application_filter`.
class application_inventory {
public:
  /// An application that has a block has its header, too.
  [[nodiscard]] virtual bool contains(inventory_type type, const wire::hash& id) = 0;
  virtual void add(inventory_type type, const wire::hash& id) = 0;

  /// Whether it contains all kernels of a transaction. O(kernels).
  [[nodiscard]] bool contains(const wire::transaction& tx) {
    return std::ranges::all_of(tx.kernel_hashes(),
                               [this](const wire::hash& each) { return contains(inventory_type::transaction, each); });
  }
  void add(const wire::transaction& tx) {
    for (const wire::hash& each : tx.kernel_hashes()) add(inventory_type::transaction, each);
  }

  application_inventory(const application_inventory&) = delete;
  application_inventory& operator=(const application_inventory&) = delete;

protected:
  application_inventory() = default;
  ~application_inventory() = default;
};

}  // namespace pappus::peer
