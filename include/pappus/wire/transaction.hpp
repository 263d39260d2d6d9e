// A transaction as it came from the wire: checked once, hashed once, never changed, shared by all who pass it on.
#pragma once

#include <memory>
#include <utility>

#include <pappus/wire/body.hpp>
#include <pappus/wire/bytes.hpp>
#include <pappus/wire/error.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/opaque.hpp>
#include <pappus/wire/reader.hpp>

namespace pappus::wire {

class transaction;

/// Constant memory, shared on purpose; may cross threads.
using transaction_ptr = std::shared_ptr<const transaction>;

/// A body under a transaction's rules: it makes no coinbase, weighs no more than a block with its reward has room for,
/// and has at least one kernel (Grin panics on none).
class transaction : public body, public std::enable_shared_from_this<transaction> {
  struct key {};

public:
  /// Reads all of `in`, from its start to its end. Null if that leaves a fault in `in`.
  [[nodiscard]] static transaction_ptr read(reader& in);

  [[nodiscard]] kernel_offset offset() const noexcept { return kernel_offset::copy(before_lists().data()); }

  /// Blake2b of all of it in the form of `latest_version`: the same in whichever form it came, and another for a copy
  /// with the same kernels but another offset, signature or proof. Not part of the protocol. O(size), computed at each
  /// call.
  [[nodiscard]] wire::hash hash() const;

  /// The bytes for a peer at `version`. Those received, without a copy, if the forms are the same; otherwise made anew
  /// at each call, so a caller with many peers keeps one result a `form_of(version)`. Fails as `write` does.
  [[nodiscard]] encode_result<shared_bytes> encode(protocol_version version) const {
    return encode_for(shared_from_this(), version);
  }

  /// For `read` alone.
  transaction(key, body lists) noexcept : body(std::move(lists)) {}
};

}  // namespace pappus::wire
