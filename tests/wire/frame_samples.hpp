// Frames for the assembler, and checks of its memory after every call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/wire/frame_assembler.hpp>
#include <pappus/wire/grin_messages.hpp>

#include "wire/samples.hpp"

namespace frame_samples {

using namespace samples;

inline const frame_rules& usernet_rules() { return grin_messages::rules(chain_type::usernet); }
inline const frame_rules& mainnet_rules() { return grin_messages::rules(chain_type::mainnet); }

inline constexpr std::uint8_t unknown_code = 200;
inline constexpr std::uint8_t transaction_code = messages::transaction::code;

struct sample {
  std::uint8_t code;
  bytes body;
};

inline bool operator==(const sample& left, const sample& right) {
  return left.code == right.code && left.body == right.body;
}

inline bytes whole(const std::vector<sample>& frames, chain_type network = chain_type::usernet) {
  bytes all;
  for (const sample& one : frames) {
    const auto header = write_frame_header(chain_parameters_for(network).magic, {one.code, one.body.size()});
    all.insert(all.end(), header.begin(), header.end());
    all.insert(all.end(), one.body.begin(), one.body.end());
  }
  return all;
}

inline std::vector<sample> some_frames(std::uint64_t seed, std::size_t count) {
  numbers random{seed};
  std::vector<sample> frames;
  for (std::size_t i = 0; i < count; ++i) {
    switch (random.below(4)) {
      case 0: frames.push_back({messages::ping::code, random.raw(16)}); break;
      case 1: frames.push_back({messages::error::code, {}}); break;
      case 2: frames.push_back({unknown_code, random.raw(random.below(300))}); break;
      default: frames.push_back({transaction_code, random.raw(random.below(3000))});
    }
  }
  return frames;
}

// The frames that the assembler returns: those of unknown types without their bodies.
inline std::vector<sample> visible(std::vector<sample> frames) {
  for (sample& one : frames) {
    if (one.code == unknown_code) one.body.clear();
  }
  return frames;
}

inline void check_bound(const frame_assembler& assembler) {
  REQUIRE(assembler.capacity() <= 2 * assembler.buffered() + limits::max_buffer_slack);
  REQUIRE((assembler.buffered() > 0 || assembler.capacity() == 0));
}

// Takes all complete frames.
inline void drain(frame_assembler& assembler, std::vector<sample>& seen) {
  while (true) {
    const auto got = assembler.next();
    REQUIRE(got.has_value());
    check_bound(assembler);
    if (!*got) return;
    const frame& one = **got;
    CHECK(one.known == (one.header.code != unknown_code));
    if (one.known) CHECK(one.body.size() == one.header.length);
    seen.push_back({one.header.code, bytes(one.body.begin(), one.body.end())});
  }
}

// Feeds a copy that is freed afterwards, so that sanitizers find a view kept too long.
inline void feed_copy(frame_assembler& assembler, bytes_view piece, std::vector<sample>* seen) {
  const bytes copy(piece.begin(), piece.end());
  assembler.feed(copy);
  if (seen != nullptr) drain(assembler, *seen);
  assembler.detach();
  check_bound(assembler);
}

}  // namespace frame_samples
