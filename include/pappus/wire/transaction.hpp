// A transaction as it came from the wire: checked once, hashed once, never changed, shared by all who pass it on.
#pragma once

#include <cstddef>
#include <memory>

#include <pappus/wire/body.hpp>
#include <pappus/wire/bytes.hpp>
#include <pappus/wire/elements.hpp>
#include <pappus/wire/error.hpp>
#include <pappus/wire/kernel.hpp>
#include <pappus/wire/opaque.hpp>
#include <pappus/wire/output.hpp>
#include <pappus/wire/reader.hpp>
#include <pappus/wire/writer.hpp>

namespace pappus::wire {

class transaction;

/// Constant memory, shared on purpose; may cross threads.
using transaction_ptr = std::shared_ptr<const transaction>;

/// Keeps its bytes as received, in the form of the version they were read at, and looks parts up in them when asked.
/// Takes two allocations: the object, and one block for the bytes and the kernel ids.
///
/// Reading is the only way to get one, so one that exists is sound in form: within the weight of its network, lists
/// sorted and free of duplicates, no coinbase made, nothing spent that it makes itself, at least one kernel (Grin
/// panics on none). Signatures, range proofs and sums are for the host to verify.
class transaction : public std::enable_shared_from_this<transaction> {
  struct key {};

public:
  /// Reads all of `in`, from its start to its end. Null if that leaves a fault in `in`.
  [[nodiscard]] static transaction_ptr read(reader& in);

  [[nodiscard]] body_form form() const noexcept { return layout_.form; }
  [[nodiscard]] kernel_offset offset() const noexcept;

  [[nodiscard]] wire::input input(std::size_t i) const noexcept;
  [[nodiscard]] wire::output output(std::size_t i) const noexcept;
  [[nodiscard]] wire::kernel kernel(std::size_t i) const noexcept;

  /// What the i-th kernel is known by in the network; Grin announces a transaction by that of its first.
  [[nodiscard]] hash kernel_id(std::size_t i) const noexcept;

  /// The parts as ranges, made when asked for. They borrow the transaction, and so do the range proofs in outputs.
  [[nodiscard]] auto inputs() const noexcept { return list<&transaction::input>(layout_.inputs); }
  [[nodiscard]] auto outputs() const noexcept { return list<&transaction::output>(layout_.outputs); }
  [[nodiscard]] auto kernels() const noexcept { return list<&transaction::kernel>(layout_.kernels); }
  [[nodiscard]] auto kernel_ids() const noexcept { return list<&transaction::kernel_id>(layout_.kernels); }

  /// The bytes as received; they live as long as the transaction.
  [[nodiscard]] bytes_view as_received() const noexcept { return body_; }

  /// The bytes for a peer at `version`. Those received, without a copy, if the forms are the same; otherwise made anew
  /// at each call, so a caller with many peers keeps one result a `form_of(version)`. Fails with
  /// `inputs_lack_features` if it came from version 3 or above, has inputs, and goes to version 2 or below.
  [[nodiscard]] encoded<shared_bytes> encode(protocol_version version) const;

  /// The same bytes, appended to `out`; the size they have.
  void write(writer& out) const;
  [[nodiscard]] std::size_t size(protocol_version version) const noexcept;

  /// For `read` alone.
  transaction(key, std::unique_ptr<std::byte[]> block, bytes_view body, body_layout layout,
              const wire::dialect& spoken) noexcept;

private:
  template <auto Get>
  [[nodiscard]] elements<transaction, Get> list(std::size_t count) const noexcept {
    return {*this, count};
  }

  [[nodiscard]] const kernel_place& place(std::size_t i) const noexcept;
  void write_inputs(writer& out) const;
  void write_kernels(writer& out) const;

  std::unique_ptr<std::byte[]> block_;  // a kernel_place for each kernel, then the bytes
  bytes_view body_;                     // the bytes
  body_layout layout_;
  wire::dialect dialect_;  // in which they are read
};

}  // namespace pappus::wire
