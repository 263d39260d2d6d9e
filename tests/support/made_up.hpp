// Made-up transactions and blocks, valid in form, different for each seed.
#pragma once

#include <cstdint>

#include <wire/samples.hpp>

#include <pappus/wire/grin_messages.hpp>

namespace support {

namespace wire = pappus::wire;

template <wire::message Message>
[[nodiscard]] Message read_made_up(const wire::bytes& body, std::uint32_t version) {
  return wire::decode<Message>(body, samples::speaking(version)).value();
}

[[nodiscard]] inline wire::transaction_ptr some_transaction(std::uint64_t seed, std::uint32_t version = 1000) {
  const wire::bytes body = samples::written(samples::some_draft(seed), version);
  return read_made_up<wire::messages::transaction>(body, version).tx;
}

/// Those of two seeds as one, which has the kernels of both.
[[nodiscard]] inline wire::transaction_ptr some_aggregate(std::uint64_t seed, std::uint64_t other) {
  samples::draft parts = samples::some_draft(seed);
  const samples::draft more = samples::some_draft(other);
  parts.inputs.insert(parts.inputs.end(), more.inputs.begin(), more.inputs.end());
  parts.outputs.insert(parts.outputs.end(), more.outputs.begin(), more.outputs.end());
  parts.output_commitments.insert(parts.output_commitments.end(), more.output_commitments.begin(),
                                  more.output_commitments.end());
  parts.kernels.insert(parts.kernels.end(), more.kernels.begin(), more.kernels.end());
  return read_made_up<wire::messages::transaction>(samples::written(parts, 1000), 1000).tx;
}

[[nodiscard]] inline wire::header some_header(std::uint64_t seed, std::int64_t time) {
  samples::header_draft head = samples::some_header(seed);
  head.time = time;
  return read_made_up<wire::messages::header>(samples::written(head), 1000).value;
}

[[nodiscard]] inline wire::block_ptr some_block(std::uint64_t seed, std::uint32_t version = 1000,
                                                std::int64_t time = 1'500'000'000 /* before any simulated world */) {
  samples::header_draft head = samples::some_header(seed);
  head.time = time;
  const wire::bytes body = samples::written(head, samples::some_draft(seed), version);
  return read_made_up<wire::messages::block>(body, version).value;
}

/// The compact form of the block, without any kernels.
[[nodiscard]] inline wire::compact_block_ptr compact(const wire::block& whole) {
  wire::writer out{wire::latest_version};
  out.raw(whole.header().raw_bytes().view());
  out.u64(7);
  for (int list = 0; list != 3; ++list) out.u64(0);
  return read_made_up<wire::messages::compact_block>(*std::move(out).finish(), 1000).value;
}

}  // namespace support
