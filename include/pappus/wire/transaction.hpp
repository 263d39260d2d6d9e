// Immutable transaction, kept as received: validated and hashed once, shared by all sessions that relay it.
#pragma once

#include <memory>
#include <utility>

#include <pappus/wire/body.hpp>
#include <pappus/wire/bytes.hpp>
#include <pappus/wire/error.hpp>
#include <pappus/wire/fixed_bytes.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/reader.hpp>

namespace pappus::wire {

class transaction;

/// Shared and immutable; may be used from several threads.
using transaction_ptr = std::shared_ptr<const transaction>;

/// Body, validated by the rules of a transaction: it creates no coinbase, fits into a block together with the reward,
/// and has at least one kernel (Grin panics without one).
class transaction : public body, public std::enable_shared_from_this<transaction> {
  struct key {};

public:
  /// Reads a whole message; `in` must be at its start. Null after an error, which is in `in`.
  [[nodiscard]] static transaction_ptr read(reader& in);

  /// Kernel offset: belongs to the sum of the kernels' excesses.
  [[nodiscard]] kernel_offset offset() const noexcept { return kernel_offset::copy(before_lists().data()); }

  /// Blake2b of the whole transaction in the form of `latest_version`, whatever the form in which it was received. A
  /// copy with the same kernels but another offset, signature or proof has another hash. Not part of the protocol.
  /// O(size), computed at each call.
  [[nodiscard]] wire::hash hash() const;

  /// The message body for a peer at `version`. The received bytes, not copied, if the form is the same; otherwise
  /// encoded at each call, so a caller with many peers should keep one result per `form_of(version)`. Fails like
  /// `write`.
  [[nodiscard]] encode_result<shared_bytes> encode(protocol_version version) const {
    return encode_for(shared_from_this(), version);
  }

  /// Only for `read`.
  transaction(key, body lists) noexcept : body(std::move(lists)) {}
};

}  // namespace pappus::wire
