// Blake2b (RFC 7693) of a `lane_group`. No include guard: each source that includes it defines before
// - PAPPUS_LANES: the number of lanes, 2, 4 or 8,
// - PAPPUS_LANES_TARGET: the instructions, for the compilers' attribute `target`,
// - PAPPUS_LANES_NAMESPACE: a namespace of its own.
//
// Each function has the attribute and is inlined into the one that is called: g++ splits vectors into words where it
// does not see the instructions, and that before it inlines.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "lane_group.hpp"

#define PAPPUS_IN_LANES [[gnu::target(PAPPUS_LANES_TARGET), gnu::always_inline]] inline

namespace pappus::wire::PAPPUS_LANES_NAMESPACE {
namespace {

inline constexpr std::size_t lanes = PAPPUS_LANES;
inline constexpr std::size_t block_size = 128;  // bytes
inline constexpr std::size_t hash_size = 32;    // bytes

// One word of each message.
using words = std::uint64_t __attribute__((vector_size(8 * PAPPUS_LANES)));
using signed_words = std::int64_t __attribute__((vector_size(8 * PAPPUS_LANES)));
using octets = std::uint8_t __attribute__((vector_size(8 * PAPPUS_LANES)));

inline constexpr std::uint64_t initial_state[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
                                                   0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                                                   0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

// First word of the parameter block: a tree of one node, no key, the size of the hash.
inline constexpr std::uint64_t parameters = 0x01010000 | hash_size;

// Words of the block in the order of their use, a row a round. Rounds 10 and 11 are as 0 and 1.
inline constexpr std::uint8_t schedule[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4}, {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13}, {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11}, {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5}, {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

template <std::size_t Bytes, std::size_t... I>
PAPPUS_IN_LANES words rotate_bytes(words value, std::index_sequence<I...>) noexcept {
  const auto raw = reinterpret_cast<octets>(value);
  return reinterpret_cast<words>(__builtin_shufflevector(raw, raw, (I / 8 * 8 + (I + Bytes) % 8)...));
}

// To the right. AVX-512 has an instruction for it, which both compilers find; whole bytes are else one shuffle.
template <std::size_t Bits>
PAPPUS_IN_LANES words rotate(words value) noexcept {
  if constexpr (lanes < 8 && Bits % 8 == 0) {
    return rotate_bytes<Bits / 8>(value, std::make_index_sequence<sizeof(words)>{});
  } else {
    return value >> Bits | value << (64 - Bits);
  }
}

// Exchanges the odd ones of the runs of `Distance` words in `low` for the even ones in `high`.
template <std::size_t Distance, std::size_t... I>
PAPPUS_IN_LANES void exchange(words& low, words& high, std::index_sequence<I...>) noexcept {
  const words even = __builtin_shufflevector(low, high, (I & Distance ? lanes + I - Distance : I)...);
  high = __builtin_shufflevector(low, high, (I & Distance ? lanes + I : I + Distance)...);
  low = even;
}

template <std::size_t Distance>
PAPPUS_IN_LANES void exchange_rows(words* rows) noexcept {
#pragma GCC unroll 8
  for (std::size_t i = 0; i < lanes; ++i) {
    if ((i & Distance) == 0) exchange<Distance>(rows[i], rows[i + Distance], std::make_index_sequence<lanes>{});
  }
}

// Transposes a square of as many rows as there are lanes.
PAPPUS_IN_LANES void transpose(words* rows) noexcept {
  exchange_rows<1>(rows);
  if constexpr (lanes > 2) exchange_rows<2>(rows);
  if constexpr (lanes > 4) exchange_rows<4>(rows);
}

// Half of the function G, on all columns (`Shift` 0) or diagonals (1) of the state at once, so that their instructions
// alternate. `order` has the word of the block for each, at every other place.
template <std::size_t First, std::size_t Second, std::size_t Shift>
PAPPUS_IN_LANES void mix(words* state, const words* block, const std::uint8_t* order) noexcept {
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) {
    words& a = state[i];
    words& d = state[12 + (i + 3 * Shift) % 4];
    a = a + block[order[2 * i]] + state[4 + (i + Shift) % 4];
    d = rotate<First>(d ^ a);
  }
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) {
    words& b = state[4 + (i + Shift) % 4];
    words& c = state[8 + (i + 2 * Shift) % 4];
    c += state[12 + (i + 3 * Shift) % 4];
    b = rotate<Second>(b ^ c);
  }
}

PAPPUS_IN_LANES void compress(words* state, const words* block) noexcept {
#pragma GCC unroll 12
  for (std::size_t round = 0; round < 12; ++round) {
    const std::uint8_t* const order = schedule[round % 10];
    mix<32, 24, 0>(state, block, order);
    mix<16, 63, 0>(state, block, order + 1);
    mix<32, 24, 1>(state, block, order + 8);
    mix<16, 63, 1>(state, block, order + 9);
  }
}

// The first `left` bytes at `from`, at most a register full, and zeros behind them. Reads no byte more.
PAPPUS_IN_LANES words load_padded(const std::byte* from, std::uint64_t left) noexcept {
#if PAPPUS_LANES == 8
  const std::uint64_t present = left < sizeof(words) ? (std::uint64_t{1} << left) - 1 : ~std::uint64_t{0};
  return reinterpret_cast<words>(_mm512_maskz_loadu_epi8(present, from));
#else
  words row{};
  if (left >= sizeof row) std::memcpy(&row, from, sizeof row);
  else if (left > 0) std::memcpy(&row, from, left);
  return row;
#endif
}

// Reads the block at offset `at` of each message.
PAPPUS_IN_LANES void load(const lane_group& group, std::uint64_t at, words* block) noexcept {
#pragma GCC unroll 8
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    const std::uint64_t size = group.sizes[lane];
#pragma GCC unroll 8
    for (std::size_t part = 0; part < 16; part += lanes) {
      const std::uint64_t from = at + 8 * part;
      const std::uint64_t left = size > from ? size - from : 0;
      block[part + lane] = load_padded(group.messages[lane] + (size - left), left);
    }
  }
#pragma GCC unroll 8
  for (std::size_t part = 0; part < 16; part += lanes) transpose(block + part);
}

// The mask of what holds.
PAPPUS_IN_LANES words mask(signed_words comparison) noexcept { return reinterpret_cast<words>(comparison); }

[[gnu::target(PAPPUS_LANES_TARGET)]] inline void hash_group(const lane_group& group) noexcept {
  signed_words sizes;
  std::memcpy(&sizes, group.sizes, sizeof sizes);

  words chained[8];
  for (std::size_t i = 0; i < 8; ++i) chained[i] = words{} + initial_state[i];
  chained[0] ^= parameters;
  std::uint64_t at = 0;
  do {
    words block[16];
    load(group, at, block);
    const std::uint64_t end = at + block_size;
    const words is_last = mask(sizes <= static_cast<std::int64_t>(end));
    words state[16];
    for (std::size_t i = 0; i < 8; ++i) {
      state[i] = chained[i];
      state[8 + i] = words{} + initial_state[i];
    }
    state[12] ^= (reinterpret_cast<words>(sizes) & is_last) | (end & ~is_last);
    state[14] ^= is_last;
    compress(state, block);
    // A message that has ended before keeps its hash; an empty one has one block.
    const words has_block = at == 0 ? ~words{} : mask(sizes > static_cast<std::int64_t>(at));
    for (std::size_t i = 0; i < 8; ++i) chained[i] ^= (state[i] ^ state[8 + i]) & has_block;
    at = end;
  } while (at < group.longest);

#pragma GCC unroll 8
  for (std::size_t i = 0; i < 8; i += lanes) transpose(chained + i);
  constexpr std::size_t part = lanes < 4 ? sizeof(words) : hash_size;  // of a hash in one register
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    for (std::size_t i = 0; i < 4; i += lanes) std::memcpy(group.hashes[lane] + 8 * i, &chained[i + lane], part);
  }
}

}  // namespace
}  // namespace pappus::wire::PAPPUS_LANES_NAMESPACE

#undef PAPPUS_LANES
#undef PAPPUS_LANES_TARGET
#undef PAPPUS_LANES_NAMESPACE
#undef PAPPUS_IN_LANES
