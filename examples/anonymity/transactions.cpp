#include "transactions.hpp"

#include <pappus/wire/chain_parameters.hpp>
#include <pappus/wire/kernel.hpp>
#include <pappus/wire/protocol_version.hpp>
#include <pappus/wire/reader.hpp>
#include <pappus/wire/writer.hpp>

namespace anonymity {
namespace {

/// A transaction of one kernel, no inputs and no outputs.
wire::transaction_ptr make(std::size_t number) {
  wire::kernel kernel;
  kernel.fee.raw = number + 1;
  wire::writer out{wire::latest_version};
  out.fixed(wire::kernel_offset{});
  out.u64(0);
  out.u64(0);
  out.u64(1);
  kernel.write(out);
  const wire::bytes body = std::move(out).finish().value();
  wire::reader in{body, {wire::latest_version, wire::chain_parameters_for(wire::chain_type::usernet).limits}};
  return wire::transaction::read(in);
}

}  // namespace

transactions::transactions(std::size_t count) {
  for (std::size_t i = 0; i != count; ++i) {
    all_.push_back(make(i));
    numbers_.emplace(all_.back()->kernel_hash(0), i);
  }
}

}  // namespace anonymity
