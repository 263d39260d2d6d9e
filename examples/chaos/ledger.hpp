// What exists in a run: each transaction and each block, and what has become of it. Stands for cryptography, too: valid
// is what is in the ledger.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include <pappus/io/time.hpp>
#include <pappus/wire/grin_messages.hpp>

namespace chaos {

namespace io = pappus::io;
namespace wire = pappus::wire;

class ledger {
public:
  struct transaction {
    wire::transaction_ptr whole;
    std::size_t maker = 0;  // number of the node
    io::time_point made{};
    bool is_public = false;  // a node that had it has fluffed or mined it
  };
  struct block {
    wire::block_ptr whole;
    const block* previous = nullptr;  // null: the genesis
    std::uint64_t height = 0;
    std::uint64_t work = 0;  // total difficulty
    io::time_point mined{};
    std::vector<std::size_t> transactions;  // their numbers
  };

  explicit ledger(io::wall_time epoch);

  /// An automated testing network with a genesis of its own, whose peers have routable addresses.
  [[nodiscard]] const wire::chain_parameters& chain() const noexcept { return chain_; }

  /// Makes a transaction of one kernel; returns its number.
  std::size_t add_transaction(std::size_t maker, io::time_point now);
  [[nodiscard]] std::vector<transaction>& transactions() noexcept { return transactions_; }
  [[nodiscard]] const std::vector<transaction>& transactions() const noexcept { return transactions_; }
  /// The transaction with this first kernel.
  [[nodiscard]] std::optional<std::size_t> number_of(const wire::transaction& tx) const;
  [[nodiscard]] std::optional<std::size_t> number_of(const wire::hash& kernel) const;

  /// Mines a block.
  const block& add_block(const block& previous, std::vector<std::size_t> transactions, io::time_point now);
  [[nodiscard]] const block& genesis() const noexcept { return blocks_.front(); }
  /// Null if it was not mined.
  [[nodiscard]] const block* find(const wire::hash& id) const;
  /// The same; null also if only the proof of work is the same.
  [[nodiscard]] const block* find(const wire::header& which) const;

private:
  const block& add(const block* previous, std::vector<std::size_t> transactions, io::time_point now);

  io::wall_time epoch_;
  wire::chain_parameters chain_;
  std::vector<transaction> transactions_;
  std::map<wire::hash, std::size_t> numbers_;  // by kernel
  std::deque<block> blocks_;
  std::map<wire::hash, const block*> by_hash_;
};

/// A well-formed transaction of one plain kernel.
[[nodiscard]] wire::transaction_ptr make_transaction(std::uint64_t fee, const wire::chain_parameters& chain);
/// A well-formed block with these kernels.
[[nodiscard]] wire::block_ptr make_block(const wire::hash& previous, std::uint64_t height, std::uint64_t work,
                                         std::int64_t time, std::uint64_t nonce,
                                         const std::vector<wire::kernel>& kernels, const wire::chain_parameters& chain);

}  // namespace chaos
