// Altered copies of a transaction, as a stranger can make them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include <support/made_up.hpp>
#include <wire/samples.hpp>

#include <pappus/wire/transaction.hpp>

namespace support {

enum class alteration : std::uint8_t {
  none,           // the same, but not the same object
  offset,         // another offset, all else is the same
  signature,      // another signature of a kernel
  proof,          // another range proof of an output
  superset,       // all of it, and another transaction
  double_spend,   // spends the same, and has nothing else in common
  first_spoiled,  // another signature of its first kernel
};

inline constexpr alteration alterations[] = {alteration::none,         alteration::offset,   alteration::signature,
                                             alteration::proof,        alteration::superset, alteration::double_spend,
                                             alteration::first_spoiled};

[[nodiscard]] inline std::string to_string(alteration what) {
  constexpr const char* names[] = {"none", "offset", "signature", "proof", "superset", "double_spend", "first_spoiled"};
  return names[static_cast<std::size_t>(what)];
}

/// The alteration of `some_transaction(seed)`.
[[nodiscard]] inline wire::transaction_ptr altered(std::uint64_t seed, alteration what) {
  samples::draft parts = samples::some_draft(seed);
  const samples::draft other = samples::some_draft(seed + 1'000'003);
  const auto spoil = [](samples::kernel& one) { one.signature.raw[7] ^= std::byte{1}; };
  switch (what) {
    case alteration::none: break;
    case alteration::offset: parts.offset = other.offset; break;
    case alteration::signature: spoil(parts.kernels.back()); break;
    case alteration::first_spoiled:
      spoil(*std::ranges::min_element(parts.kernels, {}, [](const auto& each) { return each.hash(); }));
      break;
    case alteration::proof: break;
    case alteration::superset:
      parts.inputs.insert(parts.inputs.end(), other.inputs.begin(), other.inputs.end());
      for (std::size_t i = 0; i != other.outputs.size(); ++i) parts.add_output(other.output_commitments[i]);
      parts.kernels.insert(parts.kernels.end(), other.kernels.begin(), other.kernels.end());
      break;
    case alteration::double_spend: {
      auto spent = parts.inputs;
      parts = other;
      parts.inputs = std::move(spent);
      break;
    }
  }
  wire::bytes body = samples::written(parts, 1000);
  if (what == alteration::proof) {
    const std::size_t first_output = 32 + 24 + parts.inputs.size() * wire::commitment::size;
    body[first_output + 1 + wire::commitment::size + 8] ^= std::byte{1};
  }
  return read_made_up<wire::messages::transaction>(body, 1000).tx;
}

}  // namespace support
