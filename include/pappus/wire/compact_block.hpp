// A block without what its receiver has most likely seen already: kernels by six bytes each, no inputs, and in full
// only the reward.
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

/// Constant memory, shared on purpose; may cross threads.
using compact_block_ptr = std::shared_ptr<const compact_block>;

/// Where its lists lie; all but the kernels have elements of one size.
struct compact_layout {
  std::size_t header = 0;   // its size
  std::size_t outputs = 0;  // how many
  std::size_t kernels_at = 0;
  std::size_t ids_at = 0;
  std::size_t ids = 0;

  [[nodiscard]] constexpr std::size_t counts_at() const noexcept { return header + 8; }
  [[nodiscard]] constexpr std::size_t outputs_at() const noexcept { return counts_at() + 3 * 8; }
};

/// Keeps its bytes as received, like a block; three allocations. One that exists is sound in form: its header as
/// `read_header` says, its lists sorted and free of duplicates. That what it has in full is the reward is for the host
/// to see, as in Grin.
class compact_block : public std::enable_shared_from_this<compact_block> {
  struct key {};

public:
  /// Reads all of `in`, from its start to its end. Null if that leaves a fault in `in`.
  [[nodiscard]] static compact_block_ptr read(reader& in);

  /// Keeps the whole message alive.
  [[nodiscard]] wire::header header() const noexcept {
    return {{shared_from_this(), message_.bytes().first(layout_.header)}, id_};
  }
  /// The block's.
  [[nodiscard]] const wire::hash& hash() const noexcept { return id_; }
  [[nodiscard]] std::uint64_t nonce() const noexcept;

  [[nodiscard]] wire::output output(std::size_t i) const noexcept;
  [[nodiscard]] wire::kernel kernel(std::size_t i) const noexcept { return message_.kernel(i); }
  [[nodiscard]] short_id kernel_short_id(std::size_t i) const noexcept;

  /// What stands in it in full, and the short ids of the other kernels. They borrow from this.
  [[nodiscard]] auto outputs() const noexcept { return list<&compact_block::output>(layout_.outputs); }
  [[nodiscard]] auto kernels() const noexcept { return list<&compact_block::kernel>(message_.kernels()); }
  [[nodiscard]] auto short_ids() const noexcept { return list<&compact_block::kernel_short_id>(layout_.ids); }

  [[nodiscard]] bytes_view raw_bytes() const noexcept { return message_.bytes(); }

  /// The bytes for a peer at `version`; those received, without a copy, if its kernels have the same form.
  [[nodiscard]] encode_result<shared_bytes> encode(protocol_version version) const;

  /// The same bytes, appended to `out`; the size they have.
  void write(writer& out) const;
  [[nodiscard]] std::size_t size(protocol_version version) const noexcept;

  /// For `read` alone.
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
  protocol_version version_;  // at which it was read
};

}  // namespace pappus::wire
