// Compact block: kernels as six-byte short ids, no inputs, and only the reward in full, since the receiver most likely
// has the rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include <pappus/wire/bytes.hpp>
#include <pappus/wire/error.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/header.hpp>
#include <pappus/wire/indexed_view.hpp>
#include <pappus/wire/output.hpp>
#include <pappus/wire/packed_message.hpp>
#include <pappus/wire/reader.hpp>
#include <pappus/wire/short_id.hpp>
#include <pappus/wire/writer.hpp>

namespace pappus::wire {

class compact_block;

/// Shared and immutable; may be used from several threads.
using compact_block_ptr = std::shared_ptr<const compact_block>;

/// Positions of the lists in a compact block, as offsets in bytes. All elements but kernels have a fixed size.
struct compact_layout {
  std::size_t header = 0;   // size of the header, bytes
  std::size_t outputs = 0;  // count
  std::size_t kernels_at = 0;
  std::size_t ids_at = 0;
  std::size_t ids = 0;  // short ids, count

  [[nodiscard]] constexpr std::size_t counts_at() const noexcept { return header + 8; }
  [[nodiscard]] constexpr std::size_t outputs_at() const noexcept { return counts_at() + 3 * 8; }
};

/// Immutable, kept as received, like a block; three allocations. Only `read` makes one, so each is well-formed: its
/// header as far as `read_header` checks it, its lists sorted and free of duplicates. Whether its full outputs and
/// kernels are the reward is for the adapter to check, as in Grin.
class compact_block : public std::enable_shared_from_this<compact_block> {
  struct key {};

public:
  /// Reads a whole message; `in` must be at its start. Null after an error, which is in `in`.
  [[nodiscard]] static compact_block_ptr read(reader& in);

  /// Shares ownership of the whole message.
  [[nodiscard]] wire::header header() const noexcept {
    return {{shared_from_this(), message_.bytes().first(layout_.header)}, id_};
  }
  /// The hash of the block's header.
  [[nodiscard]] const wire::hash& hash() const noexcept { return id_; }
  /// Chosen by the sender; short ids depend on it.
  [[nodiscard]] std::uint64_t nonce() const noexcept;

  /// The i-th full output, full kernel, or short id of another kernel. The range proof borrows from the compact block.
  [[nodiscard]] wire::output output(std::size_t i) const noexcept;
  [[nodiscard]] wire::kernel kernel(std::size_t i) const noexcept { return message_.kernel(i); }
  [[nodiscard]] short_id kernel_short_id(std::size_t i) const noexcept;

  /// The full outputs and kernels, and the short ids of the other kernels. The ranges borrow from the compact block.
  [[nodiscard]] auto outputs() const noexcept { return list<&compact_block::output>(layout_.outputs); }
  [[nodiscard]] auto kernels() const noexcept { return list<&compact_block::kernel>(message_.kernels()); }
  [[nodiscard]] auto short_ids() const noexcept { return list<&compact_block::kernel_short_id>(layout_.ids); }

  /// The whole message as received. Valid as long as the compact block.
  [[nodiscard]] bytes_view raw_bytes() const noexcept { return message_.bytes(); }

  /// The message body for a peer at `version`; the received bytes, not copied, if kernels have the same form there.
  [[nodiscard]] encode_result<shared_bytes> encode(protocol_version version) const;

  /// Appends the same bytes to `out`; `size` returns their number.
  void write(writer& out) const;
  [[nodiscard]] std::size_t size(protocol_version version) const noexcept;

  /// Only for `read`.
  compact_block(key, packed_message message, const compact_layout& layout, const wire::hash& id,
                protocol_version version) noexcept
      : message_(std::move(message)), layout_(layout), id_(id), version_(version) {}

private:
  template <auto Get>
  [[nodiscard]] indexed_view<compact_block, Get> list(std::size_t count) const noexcept {
    return {*this, count};
  }

  [[nodiscard]] bool same_form(protocol_version version) const noexcept {
    return version.has_fixed_size_kernels() == version_.has_fixed_size_kernels();
  }

  packed_message message_;
  compact_layout layout_;
  wire::hash id_;
  protocol_version version_;  // of the bytes as received
};

}  // namespace pappus::wire
