// A kernel in its message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <pappus/wire/bytes.hpp>
#include <pappus/wire/kernel.hpp>
#include <pappus/wire/reader.hpp>

namespace pappus::wire {

/// The numbers of a kernel, and its other fields, borrowed from the message.
struct kernel_view {
  kernel_features features = kernel_features::plain;
  fee_fields fee;
  std::uint64_t lock = 0;
  bytes_view excess;     // empty after an error
  bytes_view signature;  // behind the excess; empty after an error

  /// Reads a kernel as `kernel::read` does.
  [[nodiscard]] static kernel_view read(reader& in) noexcept;

  /// Writes the form whose hash is the kernel's. Not after an error.
  void write_fixed_form(std::span<std::byte, kernel::fixed_size> form) const noexcept;
};

}  // namespace pappus::wire
