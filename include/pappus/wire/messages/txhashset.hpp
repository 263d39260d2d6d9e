// TxHashSetRequest and TxHashSetArchive: the archive of the chain state. Its bytes follow the response unframed.
#pragma once

#include <cstddef>
#include <cstdint>

#include <pappus/wire/hash.hpp>
#include <pappus/wire/limits.hpp>
#include <pappus/wire/reader.hpp>
#include <pappus/wire/writer.hpp>

namespace pappus::wire::messages {

/// Requests the archive of the chain state at a block.
struct txhashset_request {
  static constexpr std::uint8_t code = 16;
  static constexpr const char* name = "txhashset_request";
  static constexpr std::size_t cap(chain_limits) noexcept { return limits::max_txhashset_request_body; }

  hash block;                // whose state is requested
  std::uint64_t height = 0;  // of that block

  [[nodiscard]] static txhashset_request read(reader& in) noexcept {
    const auto block = in.fixed<hash>("block");
    return {block, in.u64("height")};
  }
  void write(writer& out) const {
    out.fixed(block);
    out.u64(height);
  }
  [[nodiscard]] std::size_t size(protocol_version) const noexcept { return hash::size + 8; }

  friend bool operator==(const txhashset_request&, const txhashset_request&) = default;
};

/// Response to `txhashset_request`. A zip file of `bytes` bytes follows the frame, unframed. The block may be earlier
/// than the requested one.
struct txhashset_archive {
  static constexpr std::uint8_t code = 17;
  static constexpr const char* name = "txhashset_archive";
  static constexpr std::size_t cap(chain_limits) noexcept { return limits::max_txhashset_archive_body; }

  hash block;                // whose state is in the archive
  std::uint64_t height = 0;  // of that block
  std::uint64_t bytes = 0;   // of the archive

  [[nodiscard]] static txhashset_archive read(reader& in) noexcept {
    const auto block = in.fixed<hash>("block");
    const std::uint64_t height = in.u64("height");
    return {block, height, in.u64("bytes")};
  }
  void write(writer& out) const {
    out.fixed(block);
    out.u64(height);
    out.u64(bytes);
  }
  [[nodiscard]] std::size_t size(protocol_version) const noexcept { return hash::size + 16; }

  friend bool operator==(const txhashset_archive&, const txhashset_archive&) = default;
};

}  // namespace pappus::wire::messages
