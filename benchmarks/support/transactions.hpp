// Transactions of 10 KB.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <pappus/wire/grin_messages.hpp>

namespace benchmarks {

/// A well-formed transaction with 14 outputs and a kernel that is unique to `number` and `series`.
inline pappus::wire::transaction_ptr transaction(std::uint8_t number, std::uint8_t series,
                                                 pappus::wire::chain_type network) {
  namespace wire = pappus::wire;
  std::vector<wire::bytes> outputs(14, wire::bytes(1 + wire::commitment::size));
  for (std::size_t n = 0; n != outputs.size(); ++n) outputs[n].back() = static_cast<std::byte>(n);
  std::ranges::sort(outputs, {}, [](const wire::bytes& each) { return wire::blake2b(each); });

  wire::writer out{wire::latest_version};
  out.raw(wire::bytes(wire::kernel_offset::size));
  for (const std::uint64_t count : {std::uint64_t{0}, std::uint64_t{outputs.size()}, std::uint64_t{1}}) out.u64(count);
  for (const wire::bytes& each : outputs) {
    out.raw(each);
    out.u64(wire::limits::range_proof_size);
    out.raw(wire::bytes(wire::limits::range_proof_size));
  }
  wire::kernel only;
  only.fee.raw = 1;
  only.excess.raw[0] = std::byte{number};
  only.excess.raw[1] = std::byte{series};
  only.write(out);
  const wire::codec_context spoken{wire::latest_version, wire::chain_parameters_for(network).limits};
  return wire::decode<wire::messages::transaction>(*std::move(out).finish(), spoken).value().tx;
}

}  // namespace benchmarks
