// Limits of the wire format on what a peer may send.
//
// Caps of message bodies are those of grin_p2p 5.5.0 (p2p/src/msg.rs, max_msg_size), in bytes; weights and counts those
// of grin_core (core/src/consensus.rs, core/src/global.rs). Limits that differ between chains are in `chain_limits`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace pappus::wire {

namespace limits {

/// Factor by which a body may exceed its cap, when it is read as well as when it is written. Grin accepts as much.
inline constexpr std::size_t read_tolerance = 4;

/// Longest string or blob with a length prefix, bytes.
inline constexpr std::size_t max_blob_size = 100'000;

/// Addresses in one PeerAddrs, count. Grin MAX_PEER_ADDRS (p2p/src/types.rs).
inline constexpr std::uint32_t max_peer_addrs = 256;

/// Headers in one Headers, count. Grin MAX_BLOCK_HEADERS (p2p/src/types.rs).
inline constexpr std::uint16_t max_headers = 512;
/// Hashes in the locator of one GetHeaders, count. Grin MAX_LOCATORS (p2p/src/types.rs).
inline constexpr std::uint8_t max_locator_hashes = 20;

/// Maximum lead of a header's timestamp over the clock, seconds (core/src/global.rs, future time limit). Grin fails to
/// deserialize a header beyond it; this library reads the header, but does not accept it.
inline constexpr std::int64_t max_future_seconds = 300;

/// Elements of a list that only its own count bounds, such as those of a segment; count.
inline constexpr std::uint64_t max_list_length = 1'000'000;

// Weights are summed and checked before any element is read.

/// Weight of an input. Grin INPUT_WEIGHT (core/src/consensus.rs).
inline constexpr std::uint64_t input_weight = 1;
/// Weight of an output. Grin OUTPUT_WEIGHT (core/src/consensus.rs).
inline constexpr std::uint64_t output_weight = 21;
/// Weight of a kernel. Grin KERNEL_WEIGHT (core/src/consensus.rs).
inline constexpr std::uint64_t kernel_weight = 3;

/// Length of every range proof, bytes.
inline constexpr std::size_t range_proof_size = 675;

/// Maximum relative height of a no-recent-duplicate kernel, blocks: a week. The minimum is 1.
inline constexpr std::uint64_t max_relative_height = 7 * 24 * 60;

// Caps of message bodies that are the same on every chain. Grin max_msg_size (p2p/src/msg.rs).

/// Cap of Error, bytes: it has no body.
inline constexpr std::size_t max_error_body = 0;
/// Cap of Hand, bytes.
inline constexpr std::size_t max_hand_body = 128;
/// Cap of Shake, bytes.
inline constexpr std::size_t max_shake_body = 88;
/// Cap of Ping and Pong, bytes.
inline constexpr std::size_t max_ping_body = 16;
/// Cap of GetPeerAddrs, bytes.
inline constexpr std::size_t max_get_peer_addrs_body = 4;
/// Cap of PeerAddrs, bytes.
inline constexpr std::size_t max_peer_addrs_body = 4 + max_peer_addrs * (1 + 16 + 2);
/// Cap of BanReason, bytes.
inline constexpr std::size_t max_ban_reason_body = 64;
/// Cap of the messages that consist of one hash, bytes.
inline constexpr std::size_t max_hash_body = 32;
/// Cap of GetHeaders, bytes.
inline constexpr std::size_t max_get_headers_body = 1 + max_locator_hashes * 32;
/// Cap of Header, bytes.
inline constexpr std::size_t max_header_body = 365;
/// Cap of Headers, bytes.
inline constexpr std::size_t max_headers_body = 2 + max_headers * max_header_body;
/// Cap of TxHashSetRequest, bytes.
inline constexpr std::size_t max_txhashset_request_body = 32 + 8;
/// Cap of TxHashSetArchive, bytes.
inline constexpr std::size_t max_txhashset_archive_body = 64;
/// Cap of the requests for segments, bytes.
inline constexpr std::size_t max_segment_request_body = 32 + 1 + 8;

/// Memory of a receive buffer beyond twice the bytes that it holds, bytes.
inline constexpr std::size_t max_buffer_slack = 4096;

/// Bytes of a frame that must have arrived, and bytes that must be missing, for reading directly into the buffer.
inline constexpr std::size_t min_direct_read = 16 * 1024;

}  // namespace limits

/// Rules for the headers of a chain, except the verification of the proof of work.
struct header_rules {
  std::uint8_t proof_size;             // nonces in a proof of work, count
  std::uint8_t min_edge_bits;          // minimum of the primary proof of work
  std::array<std::uint64_t, 4> forks;  // first heights of header versions 2, 3, 4 and 5

  static constexpr std::uint8_t secondary_edge_bits = 29;

  [[nodiscard]] constexpr std::uint16_t version_at(std::uint64_t height) const noexcept {
    std::uint16_t version = 1;
    for (const std::uint64_t fork : forks) version = static_cast<std::uint16_t>(version + (height >= fork ? 1 : 0));
    return version;
  }

  [[nodiscard]] constexpr bool has_edge_bits(std::uint8_t bits) const noexcept {
    return bits == secondary_edge_bits || (bits >= min_edge_bits && bits <= 63);
  }

  /// Size of the packed nonces of a proof, bytes.
  [[nodiscard]] constexpr std::size_t packed_size(std::uint8_t edge_bits) const noexcept {
    return (std::size_t{edge_bits} * proof_size + 7) / 8;
  }
};

/// Limits that differ between chains.
struct chain_limits {
  std::uint64_t block_weight;
  bool no_recent_duplicate_kernels;  // whether such kernels are valid
  header_rules headers;

  /// Maximum weight of a transaction: a block's without its reward, one output and one kernel.
  [[nodiscard]] constexpr std::uint64_t transaction_weight() const noexcept {
    constexpr std::uint64_t reward = limits::output_weight + limits::kernel_weight;
    return block_weight > reward ? block_weight - reward : 0;
  }

  /// Size of a block full of outputs, bytes, as Grin computes it. Also the cap of unknown message types.
  [[nodiscard]] constexpr std::size_t block_body() const noexcept {
    return static_cast<std::size_t>(block_weight / limits::output_weight * 708);
  }
};

}  // namespace pappus::wire
