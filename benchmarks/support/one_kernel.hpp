// The smallest possible transaction.
#pragma once

#include <cstdint>
#include <utility>

#include <pappus/wire/chain_parameters.hpp>
#include <pappus/wire/kernel.hpp>
#include <pappus/wire/protocol_version.hpp>
#include <pappus/wire/reader.hpp>
#include <pappus/wire/transaction.hpp>
#include <pappus/wire/writer.hpp>

namespace benchmarks {

/// A transaction of one kernel with that fee, no inputs and no outputs: a different transaction for each fee.
[[nodiscard]] inline pappus::wire::transaction_ptr one_kernel(std::uint64_t fee) {
  namespace wire = pappus::wire;
  wire::kernel kernel;
  kernel.fee.raw = fee;
  wire::writer out{wire::latest_version};
  out.fixed(wire::kernel_offset{});
  for (const std::uint64_t count : {0U, 0U, 1U}) out.u64(count);
  kernel.write(out);
  const wire::bytes body = std::move(out).finish().value();
  wire::reader in{body, {wire::latest_version, wire::chain_parameters_for(wire::chain_type::usernet).limits}};
  return wire::transaction::read(in);
}

}  // namespace benchmarks
