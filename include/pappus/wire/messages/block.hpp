// GetBlock, Block, GetCompactBlock and CompactBlock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include <pappus/wire/block.hpp>
#include <pappus/wire/compact_block.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/limits.hpp>
#include <pappus/wire/reader.hpp>
#include <pappus/wire/writer.hpp>

namespace pappus::wire::messages {

/// Requests a block by its hash. A peer that does not have it does not respond.
struct get_block {
  static constexpr std::uint8_t code = 10;
  static constexpr const char* name = "get_block";
  static constexpr std::size_t cap(chain_limits) noexcept { return limits::max_hash_body; }

  hash id;  // of the block

  [[nodiscard]] static get_block read(reader& in) noexcept { return {in.fixed<hash>("id")}; }
  void write(writer& out) const { out.fixed(id); }
  [[nodiscard]] std::size_t size(protocol_version) const noexcept { return hash::size; }

  friend bool operator==(const get_block&, const get_block&) = default;
};

/// A block, in full.
struct block {
  static constexpr std::uint8_t code = 11;
  static constexpr const char* name = "block";
  static constexpr bool has_long_lists = true;
  static constexpr std::size_t cap(chain_limits net) noexcept { return net.block_body(); }

  block_ptr value;  // never null in a message that was read or is to be written

  block() = default;
  explicit block(block_ptr given) noexcept : value(std::move(given)) {}

  [[nodiscard]] static block read(reader& in) { return block{wire::block::read(in)}; }
  void write(writer& out) const { value->write(out); }
  [[nodiscard]] std::size_t size(protocol_version version) const noexcept { return value->size(version); }
};

/// Requests a compact block by its hash. A peer that does not have it does not respond.
struct get_compact_block {
  static constexpr std::uint8_t code = 12;
  static constexpr const char* name = "get_compact_block";
  static constexpr std::size_t cap(chain_limits) noexcept { return limits::max_hash_body; }

  hash id;  // of the block

  [[nodiscard]] static get_compact_block read(reader& in) noexcept { return {in.fixed<hash>("id")}; }
  void write(writer& out) const { out.fixed(id); }
  [[nodiscard]] std::size_t size(protocol_version) const noexcept { return hash::size; }

  friend bool operator==(const get_compact_block&, const get_compact_block&) = default;
};

/// A compact block: announces a new block, or responds to `get_compact_block`.
struct compact_block {
  static constexpr std::uint8_t code = 13;
  static constexpr const char* name = "compact_block";
  static constexpr std::size_t cap(chain_limits net) noexcept { return net.block_body() / 10; }

  compact_block_ptr value;  // never null in a message that was read or is to be written

  compact_block() = default;
  explicit compact_block(compact_block_ptr given) noexcept : value(std::move(given)) {}

  [[nodiscard]] static compact_block read(reader& in) { return compact_block{wire::compact_block::read(in)}; }
  void write(writer& out) const { value->write(out); }
  [[nodiscard]] std::size_t size(protocol_version version) const noexcept { return value->size(version); }
};

}  // namespace pappus::wire::messages
