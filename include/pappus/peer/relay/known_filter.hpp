// Interface of the filter of items that a peer has, so that they are not sent to it again.
#pragma once

#include <cstdint>
#include <memory>

#include <pappus/wire/hash.hpp>

namespace pappus::peer {

/// Part of an item that a peer has. For one hash, each part may be known without the other.
enum class known_part : std::uint8_t {
  whole,   // a transaction, by the hash of its first kernel, or a block, in any form
  header,  // only the header of a block
};

/// Keyed hash of an item: computed once for the filters of all peers of a node.
struct fingerprint {
  std::uint64_t bits = 0;
};

/// Items of one peer. Forgets old items, and may rarely contain one that was not added.
class known_filter {
public:
  known_filter(const known_filter&) = delete;
  known_filter& operator=(const known_filter&) = delete;
  virtual ~known_filter() = default;

  /// Adds or renews an item; false if it was contained.
  virtual bool add(fingerprint item) = 0;
  [[nodiscard]] virtual bool contains(fingerprint item) const noexcept = 0;

protected:
  known_filter() = default;
  known_filter(known_filter&&) = default;
  known_filter& operator=(known_filter&&) = default;
};

/// Makes the filters of all peers of one node. Implemented by `integration::rolling_filters`.
class known_filters {
public:
  known_filters(const known_filters&) = delete;
  known_filters& operator=(const known_filters&) = delete;
  virtual ~known_filters() = default;

  [[nodiscard]] virtual fingerprint fingerprint_of(const wire::hash& item,
                                                   known_part part = known_part::whole) const noexcept = 0;

  /// A filter for the peer with that id. `this` outlives it.
  [[nodiscard]] virtual std::unique_ptr<known_filter> make(std::uint64_t peer) const = 0;

protected:
  known_filters() = default;
};

}  // namespace pappus::peer
