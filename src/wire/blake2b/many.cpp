// Blake2b of many messages: the choice of the instructions, and of the messages that are hashed side by side.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <numeric>
#include <stdexcept>

#include <pappus/wire/hash.hpp>
#include <pappus/wire/hash_lanes.hpp>

#include "lane_group.hpp"

namespace pappus::wire {
namespace {

using group_hasher = void (*)(const lane_group& group) noexcept;

// Null for one lane.
group_hasher hasher_of(std::size_t lanes) noexcept {
#if PAPPUS_HASH_LANES
  switch (lanes) {
    case 2: return hash_two_lanes;
    case 4: return hash_four_lanes;
    case 8: return hash_eight_lanes;
    default: break;
  }
#endif
  static_cast<void>(lanes);
  return nullptr;
}

constexpr std::array<std::size_t, 4> lane_counts{1, 2, 4, 8};

// How many of them the CPU supports. One with later instructions has the earlier ones, too.
std::size_t supported_counts() noexcept {
#if PAPPUS_HASH_LANES
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")) return 4;
  if (__builtin_cpu_supports("avx2")) return 3;
  if (__builtin_cpu_supports("ssse3")) return 2;
#endif
  return 1;
}

std::atomic<std::size_t> selected_lanes = 0;  // 0 until one is selected

constexpr std::size_t max_batch = 64;  // messages; all have been hashed before the next batch

// Indices of the messages of a batch, ascending by their numbers of blocks, since the lanes of a group are in use until
// its longest message is hashed.
using batch_order = std::array<std::uint8_t, max_batch>;

batch_order order_of(std::span<const bytes_view> batch) noexcept {
  const auto blocks = [](bytes_view message) {
    constexpr std::size_t block_size = 128;  // bytes
    return message.empty() ? 1 : (message.size() + block_size - 1) / block_size;
  };
  batch_order order;
  std::iota(order.begin(), order.end(), std::uint8_t{0});
  if (!std::ranges::is_sorted(batch, {}, blocks)) {
    std::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(batch.size()),
              [&](std::uint8_t left, std::uint8_t right) { return blocks(batch[left]) < blocks(batch[right]); });
  }
  return order;
}

void hash_batch(std::span<const bytes_view> batch, std::span<hash> hashes, std::size_t lanes,
                group_hasher hash_group) noexcept {
  const batch_order order = order_of(batch);
  for (std::size_t first = 0; first < batch.size(); first += lanes) {
    if (first + 1 == batch.size()) {  // costs as much as a group, and less on most CPUs
      hashes[order[first]] = blake2b(batch[order[first]]);
      return;
    }
    lane_group group;
    group.longest = 0;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const std::size_t i = order[std::min(first + lane, batch.size() - 1)];
      group.messages[lane] = batch[i].data();
      group.sizes[lane] = batch[i].size();
      group.longest = std::max(group.longest, group.sizes[lane]);
      group.hashes[lane] = hashes[i].raw.data();
    }
    hash_group(group);
  }
}

}  // namespace

std::span<const std::size_t> supported_hash_lanes() noexcept {
  static const std::size_t count = supported_counts();
  return std::span{lane_counts}.first(count);
}

std::size_t hash_lanes() noexcept {
  const std::size_t selected = selected_lanes.load(std::memory_order_relaxed);
  return selected != 0 ? selected : supported_hash_lanes().back();
}

void select_hash_lanes(std::size_t lanes) {
  const auto supported = supported_hash_lanes();
  if (std::ranges::find(supported, lanes) == supported.end()) {
    throw std::invalid_argument("select_hash_lanes: not supported by this CPU");
  }
  selected_lanes.store(lanes, std::memory_order_relaxed);
}

void blake2b_many(std::span<const bytes_view> messages, std::span<hash> hashes) noexcept {
  const std::size_t lanes = hash_lanes();
  const group_hasher hash_group = hasher_of(lanes);
  if (hash_group == nullptr) {
    for (std::size_t i = 0; i < messages.size(); ++i) hashes[i] = blake2b(messages[i]);
    return;
  }
  for (std::size_t at = 0; at < messages.size(); at += max_batch) {
    const std::size_t count = std::min(max_batch, messages.size() - at);
    hash_batch(messages.subspan(at, count), hashes.subspan(at, count), lanes, hash_group);
  }
}

}  // namespace pappus::wire
