// StemTransaction, Transaction, GetTransaction and TransactionKernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include <pappus/wire/hash.hpp>
#include <pappus/wire/limits.hpp>
#include <pappus/wire/reader.hpp>
#include <pappus/wire/transaction.hpp>
#include <pappus/wire/writer.hpp>

namespace pappus::wire::messages {

/// A transaction on the Dandelion stem. It is private and must not be revealed to other peers.
struct stem_transaction {
  static constexpr std::uint8_t code = 14;
  static constexpr const char* name = "stem_transaction";
  static constexpr bool has_long_lists = true;
  static constexpr std::size_t cap(chain_limits net) noexcept { return net.block_body(); }

  transaction_ptr tx;  // never null in a message that was read or is to be written

  stem_transaction() = default;
  explicit stem_transaction(transaction_ptr given) noexcept : tx(std::move(given)) {}

  [[nodiscard]] static stem_transaction read(reader& in) { return stem_transaction{wire::transaction::read(in)}; }
  void write(writer& out) const { tx->write(out); }
  [[nodiscard]] std::size_t size(protocol_version version) const noexcept { return tx->size(version); }
};

/// A public transaction, in full.
struct transaction {
  static constexpr std::uint8_t code = 15;
  static constexpr const char* name = "transaction";
  static constexpr bool has_long_lists = true;
  static constexpr std::size_t cap(chain_limits net) noexcept { return net.block_body(); }

  transaction_ptr tx;  // never null in a message that was read or is to be written

  transaction() = default;
  explicit transaction(transaction_ptr given) noexcept : tx(std::move(given)) {}

  [[nodiscard]] static transaction read(reader& in) { return transaction{wire::transaction::read(in)}; }
  void write(writer& out) const { tx->write(out); }
  [[nodiscard]] std::size_t size(protocol_version version) const noexcept { return tx->size(version); }
};

/// Requests the transaction with this kernel, by the kernel's hash.
struct get_transaction {
  static constexpr std::uint8_t code = 19;
  static constexpr const char* name = "get_transaction";
  static constexpr std::size_t cap(chain_limits) noexcept { return limits::max_hash_body; }

  hash kernel;  // its hash

  [[nodiscard]] static get_transaction read(reader& in) noexcept { return {in.fixed<hash>("kernel")}; }
  void write(writer& out) const { out.fixed(kernel); }
  [[nodiscard]] std::size_t size(protocol_version) const noexcept { return hash::size; }

  friend bool operator==(const get_transaction&, const get_transaction&) = default;
};

/// Announces a transaction by the hash of its first kernel.
struct transaction_kernel {
  static constexpr std::uint8_t code = 20;
  static constexpr const char* name = "transaction_kernel";
  static constexpr std::size_t cap(chain_limits) noexcept { return limits::max_hash_body; }

  hash kernel;  // its hash

  [[nodiscard]] static transaction_kernel read(reader& in) noexcept { return {in.fixed<hash>("kernel")}; }
  void write(writer& out) const { out.fixed(kernel); }
  [[nodiscard]] std::size_t size(protocol_version) const noexcept { return hash::size; }

  friend bool operator==(const transaction_kernel&, const transaction_kernel&) = default;
};

}  // namespace pappus::wire::messages
