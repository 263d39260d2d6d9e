#include "ledger.hpp"

#include <algorithm>
#include <utility>

namespace chaos {
namespace {

constexpr std::uint64_t work_of_a_block = 10;

wire::kernel kernel_with(std::uint64_t fee) {
  wire::kernel made;
  made.fee.raw = fee;
  return made;
}

/// `bytes` as the body of a message of the chain, at the latest version.
template <class Message>
Message decoded(const wire::bytes& bytes, const wire::chain_parameters& chain) {
  return wire::decode<Message>(bytes, {wire::latest_version, chain.limits}).value();
}

wire::chain_parameters parameters_without_genesis() {
  wire::chain_parameters made = wire::chain_parameters_for(wire::chain_type::automated_testing);
  made.name = "chaos";
  made.on_internet = true;
  return made;
}

}  // namespace

wire::transaction_ptr make_transaction(std::uint64_t fee, const wire::chain_parameters& chain) {
  wire::writer out{wire::latest_version};
  out.fixed(wire::kernel_offset{});
  for (const std::uint64_t count : {0U, 0U, 1U}) out.u64(count);  // inputs, outputs, kernels
  kernel_with(fee).write(out);
  return decoded<wire::messages::transaction>(std::move(out).finish().value(), chain).tx;
}

wire::block_ptr make_block(const wire::hash& previous, std::uint64_t height, std::uint64_t work, std::int64_t time,
                           std::uint64_t nonce, const std::vector<wire::kernel>& kernels,
                           const wire::chain_parameters& chain) {
  wire::writer out{wire::latest_version};
  out.u16(chain.limits.headers.version_at(height));
  out.u64(height);
  out.i64(time);
  out.fixed(previous);
  out.raw(wire::bytes(4 * 32 + 32));  // roots, kernel offset
  out.u64(1);                         // sizes of the MMRs
  out.u64(1);
  out.u64(work);
  out.raw(wire::bytes(4));  // secondary scaling
  out.u64(nonce);
  out.u8(chain.limits.headers.min_edge_bits);
  out.u64(nonce);  // the proof: 8 nonces in 10 bytes, whose hash is that of the block
  out.raw(wire::bytes(2));
  out.u64(0);  // inputs, outputs, kernels
  out.u64(0);
  out.u64(kernels.size());
  for (const wire::kernel& each : kernels) each.write(out);
  return decoded<wire::messages::block>(std::move(out).finish().value(), chain).value;
}

ledger::ledger(io::wall_time epoch) : epoch_(epoch), chain_(parameters_without_genesis()) {
  chain_.genesis = add(nullptr, {}, {}).whole->hash();
}

std::size_t ledger::add_transaction(std::size_t maker, io::time_point now) {
  const std::size_t number = transactions_.size();
  transactions_.push_back({make_transaction(number + 1, chain_), maker, now});
  numbers_.emplace(transactions_.back().whole->kernel_hash(0), number);
  return number;
}

std::optional<std::size_t> ledger::number_of(const wire::transaction& tx) const { return number_of(tx.kernel_hash(0)); }

std::optional<std::size_t> ledger::number_of(const wire::hash& kernel) const {
  const auto found = numbers_.find(kernel);
  if (found == numbers_.end()) return std::nullopt;
  return found->second;
}

const ledger::block& ledger::add_block(const block& previous, std::vector<std::size_t> transactions,
                                       io::time_point now) {
  return add(&previous, std::move(transactions), now);
}

const ledger::block& ledger::add(const block* previous, std::vector<std::size_t> transactions, io::time_point now) {
  block& made = blocks_.emplace_back();
  made.previous = previous;
  made.height = previous == nullptr ? 0 : previous->height + 1;
  made.work = previous == nullptr ? 1 : previous->work + work_of_a_block;
  made.mined = now;
  std::vector<wire::kernel> kernels;
  for (const std::size_t each : transactions) kernels.push_back(transactions_[each].whole->kernel(0));
  std::ranges::sort(kernels, {}, [](const wire::kernel& each) { return each.hash(); });
  const auto time = std::chrono::floor<std::chrono::seconds>(epoch_.time_since_epoch() + now.time_since_epoch());
  made.whole = make_block(previous == nullptr ? wire::hash{} : previous->whole->hash(), made.height, made.work,
                          time.count(), blocks_.size(), kernels, chain_);
  made.transactions = std::move(transactions);
  by_hash_.emplace(made.whole->hash(), &made);
  return made;
}

const ledger::block* ledger::find(const wire::hash& id) const {
  const auto found = by_hash_.find(id);
  return found == by_hash_.end() ? nullptr : found->second;
}

const ledger::block* ledger::find(const wire::header& which) const {
  const block* const found = find(which.hash());
  return found != nullptr && found->whole->header() == which ? found : nullptr;
}

}  // namespace chaos
