// A block as it came from the wire: checked once, hashed once, never changed, shared by all who pass it on.
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

/// Constant memory, shared on purpose; may cross threads.
using block_ptr = std::shared_ptr<const block>;

/// A header and a body under a block's rules.
class block : public body, public std::enable_shared_from_this<block> {
  struct key {};

public:
  /// Reads all of `in`, from its start to its end. Null if that leaves a fault in `in`.
  [[nodiscard]] static block_ptr read(reader& in);

  /// Keeps the whole block alive.
  [[nodiscard]] wire::header header() const noexcept { return {{shared_from_this(), before_lists()}, id_}; }

  /// Its header's.
  [[nodiscard]] const wire::hash& hash() const noexcept { return id_; }

  /// The bytes for a peer at `version`, as `transaction::encode`. Grin gives peers at version 2 or below no blocks.
  [[nodiscard]] encode_result<shared_bytes> encode(protocol_version version) const {
    return encode_for(shared_from_this(), version);
  }

  /// For `read` alone.
  block(key, body lists, const wire::hash& id) noexcept : body(std::move(lists)), id_(id) {}

private:
  wire::hash id_;
};

}  // namespace pappus::wire
