// Every number that bounds what a stranger may put on the wire.
//
// Caps are those of grin_p2p 5.5.0 (p2p/src/msg.rs, max_msg_size), in bytes of body; weights and counts those of
// grin_core (core/src/consensus.rs, core/src/global.rs). What differs between networks is in `chain_limits`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace pappus::wire {

namespace limits {

/// Grin lets a message be this many times its own cap, and so do we when reading. Writing, one cap suffices.
inline constexpr std::size_t read_tolerance = 4;

/// The longest string or blob with a length in front.
inline constexpr std::size_t blob = 100'000;

/// The most addresses in one answer.
inline constexpr std::uint32_t peer_addrs = 256;

/// The most headers in one answer, and the most hashes in the question.
inline constexpr std::uint16_t headers = 512;
inline constexpr std::uint8_t locator = 20;

/// How far ahead of our clock a block may claim to be, in seconds (core/src/global.rs, future time limit). Grin refuses
/// to read one that is further ahead; here it is read, and not taken.
inline constexpr std::int64_t future_time = 300;

/// The most elements in a list that only says how many it has.
inline constexpr std::uint64_t list = 1'000'000;

/// What a part of a transaction or block weighs. The sum is checked before a single part is read.
inline constexpr std::uint64_t input_weight = 1;
inline constexpr std::uint64_t output_weight = 21;
inline constexpr std::uint64_t kernel_weight = 3;

/// The only length a range proof has.
inline constexpr std::size_t range_proof = 675;

/// The longest distance, in blocks, a no-recent-duplicate kernel may ask for: a week. The least is 1.
inline constexpr std::uint64_t relative_height = 7 * 24 * 60;

/// Caps by message, where they are the same on every network.
inline constexpr std::size_t error_body = 0;
inline constexpr std::size_t hand_body = 128;
inline constexpr std::size_t shake_body = 88;
inline constexpr std::size_t ping_body = 16;
inline constexpr std::size_t get_peer_addrs_body = 4;
inline constexpr std::size_t peer_addrs_body = 4 + peer_addrs * (1 + 16 + 2);
inline constexpr std::size_t ban_reason_body = 64;
inline constexpr std::size_t hash_body = 32;
inline constexpr std::size_t get_headers_body = 1 + locator * 32;
inline constexpr std::size_t header_body = 365;
inline constexpr std::size_t headers_body = 2 + headers * header_body;
inline constexpr std::size_t txhashset_request_body = 32 + 8;
inline constexpr std::size_t txhashset_archive_body = 64;
inline constexpr std::size_t segment_request_body = 32 + 1 + 8;

/// A buffer holds at most twice the bytes in it plus this.
inline constexpr std::size_t buffer_slack = 4096;

/// From this many bytes arrived and this many to come on, a frame is read straight into its own buffer.
inline constexpr std::size_t direct_read = 16 * 1024;

}  // namespace limits

/// What a header must be like on a network, apart from its proof of work being one.
struct header_rules {
  std::uint8_t proof_size;             // nonces in a proof of work
  std::uint8_t least_edge_bits;        // of the primary proof of work
  std::array<std::uint64_t, 4> forks;  // the heights from which on the version is 2, 3, 4, 5

  static constexpr std::uint8_t secondary_edge_bits = 29;

  [[nodiscard]] constexpr std::uint16_t version_at(std::uint64_t height) const noexcept {
    std::uint16_t version = 1;
    for (const std::uint64_t fork : forks) version = static_cast<std::uint16_t>(version + (height >= fork ? 1 : 0));
    return version;
  }

  [[nodiscard]] constexpr bool has_edge_bits(std::uint8_t bits) const noexcept {
    return bits == secondary_edge_bits || (bits >= least_edge_bits && bits <= 63);
  }

  /// Bytes of a proof's nonces, packed.
  [[nodiscard]] constexpr std::size_t packed_size(std::uint8_t edge_bits) const noexcept {
    return (std::size_t{edge_bits} * proof_size + 7) / 8;
  }
};

/// The limits that networks set differently.
struct chain_limits {
  std::uint64_t block_weight;
  bool no_recent_duplicate_kernels;  // whether kernels of that kind are read at all
  header_rules headers;

  /// A block must have room for its reward: one output, one kernel.
  [[nodiscard]] constexpr std::uint64_t transaction_weight() const noexcept {
    constexpr std::uint64_t reward = limits::output_weight + limits::kernel_weight;
    return block_weight > reward ? block_weight - reward : 0;
  }

  /// The size of a block filled with outputs, as Grin reckons it; also the cap of types nobody knows.
  [[nodiscard]] constexpr std::size_t block_body() const noexcept {
    return static_cast<std::size_t>(block_weight / limits::output_weight * 708);
  }
};

}  // namespace pappus::wire
