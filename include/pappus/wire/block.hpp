// Immutable block, kept as received: validated and hashed once, shared by all sessions that relay it.
#pragma once

#include <memory>
#include <utility>

#include <pappus/wire/body.hpp>
#include <pappus/wire/bytes.hpp>
#include <pappus/wire/error.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/header.hpp>
#include <pappus/wire/reader.hpp>

namespace pappus::wire {

class block;

/// Shared and immutable; may be used from several threads.
using block_ptr = std::shared_ptr<const block>;

/// Header and body, validated by the rules of a block.
class block : public body, public std::enable_shared_from_this<block> {
  struct key {};

public:
  /// Reads a whole message; `in` must be at its start. Null after an error, which is in `in`.
  [[nodiscard]] static block_ptr read(reader& in);

  /// Shares ownership of the whole block.
  [[nodiscard]] wire::header header() const noexcept { return {{shared_from_this(), before_lists()}, id_}; }

  /// The hash of the header.
  [[nodiscard]] const wire::hash& hash() const noexcept { return id_; }

  /// The message body for a peer at `version`, like `transaction::encode`. Grin sends no blocks to peers at version 2
  /// or below.
  [[nodiscard]] encode_result<shared_bytes> encode(protocol_version version) const {
    return encode_for(shared_from_this(), version);
  }

  /// Only for `read`.
  block(key, body lists, const wire::hash& id) noexcept : body(std::move(lists)), id_(id) {}

private:
  wire::hash id_;
};

}  // namespace pappus::wire
