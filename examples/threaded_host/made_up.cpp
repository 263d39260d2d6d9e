#include "made_up.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <pappus/wire/chain_parameters.hpp>
#include <pappus/wire/kernel.hpp>
#include <pappus/wire/protocol_version.hpp>
#include <pappus/wire/reader.hpp>
#include <pappus/wire/writer.hpp>

namespace threaded_host {

namespace wire = pappus::wire;

namespace {

constexpr std::int64_t long_ago = 1'700'000'000;  // seconds since 1970
constexpr std::uint64_t blocks_per_version = 3;   // on usernet
constexpr std::uint64_t last_version = 5;

const wire::chain_limits& limits() {
  static const wire::chain_limits of_usernet = wire::chain_parameters_for(wire::chain_type::usernet).limits;
  return of_usernet;
}

/// Writes the three counts of a body, then the kernels.
void write_body(wire::writer& out, const std::vector<std::pair<wire::hash, wire::kernel>>& kernels) {
  out.u64(0);
  out.u64(0);
  out.u64(kernels.size());
  for (const auto& [id, kernel] : kernels) kernel.write(out);
}

/// Writes a dummy proof of work. Its hash is the block's hash, so it must differ between blocks.
void write_proof(wire::writer& out, std::uint64_t height) {
  const auto edge_bits = limits().headers.min_edge_bits;
  out.u8(edge_bits);
  const auto bits = std::size_t{edge_bits} * static_cast<std::size_t>(limits().headers.proof_size);
  wire::bytes packed((bits + 7) / 8);
  for (std::size_t i = 0; i != sizeof height; ++i) packed[i] = static_cast<std::byte>(height >> 8 * i);
  out.raw(packed);
}

void write_header(wire::writer& out, const wire::hash& previous, std::uint64_t height) {
  out.u16(static_cast<std::uint16_t>(std::min(last_version, 1 + height / blocks_per_version)));
  out.u64(height);
  out.i64(long_ago + static_cast<std::int64_t>(height));
  out.fixed(previous);
  for (int root = 0; root != 4; ++root) out.fixed(wire::hash{});
  out.fixed(wire::kernel_offset{});
  out.u64(1);  // output MMR size
  out.u64(1);  // kernel MMR size
  out.u64(height);
  out.u32(1);
  out.u64(0);
  write_proof(out, height);
}

template <class T>
auto read_back(wire::writer out) {
  const wire::bytes body = std::move(out).finish().value();
  wire::reader in{body, {wire::latest_version, limits()}};
  return T::read(in);
}

}  // namespace

wire::transaction_ptr make_transaction(std::uint64_t fee) {
  wire::kernel kernel;
  kernel.fee.raw = fee;
  wire::writer out{wire::latest_version};
  out.fixed(wire::kernel_offset{});
  write_body(out, {{wire::hash{}, kernel}});
  return read_back<wire::transaction>(std::move(out));
}

wire::block_ptr make_block(const wire::hash& previous, std::uint64_t height,
                           const std::vector<wire::transaction_ptr>& of) {
  std::vector<std::pair<wire::hash, wire::kernel>> kernels;
  for (const wire::transaction_ptr& each : of) kernels.emplace_back(each->kernel_hash(0), each->kernel(0));
  std::ranges::sort(kernels, {}, [](const auto& each) { return each.first; });
  wire::writer out{wire::latest_version};
  write_header(out, previous, height);
  write_body(out, kernels);
  return read_back<wire::block>(std::move(out));
}

}  // namespace threaded_host
