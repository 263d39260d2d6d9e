// What `header_sync` needs to know of a list of headers.
#pragma once

#include <cstddef>
#include <span>

#include <pappus/peer/chain_tip.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/header.hpp>

namespace pappus::integration {

struct headers_summary {
  std::size_t count = 0;
  bool truncated = false;   // a header from the future, and those after it, were left out: set by the caller
  bool consecutive = true;  // each is the next of the one before it, by hash, height and work
  wire::hash before_first;  // hash of the predecessor of the first
  wire::hash last;          // hash of the last
  peer::chain_tip tip;      // work and height of the last, as it states them
};

/// O(headers).
[[nodiscard]] headers_summary summarize(std::span<const wire::header> headers) noexcept;

}  // namespace pappus::integration
