// Bytes of a message, with the offsets and hashes of its kernels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

#include <pappus/wire/bytes.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/kernel.hpp>
#include <pappus/wire/reader.hpp>
#include <pappus/wire/writer.hpp>

namespace pappus::wire {

/// Hash of a kernel, and its offset in the message. Both are determined while reading, since kernels differ in size and
/// are sorted by their hashes.
struct kernel_entry {
  hash id;
  std::uint32_t offset = 0;  // bytes
};

/// Filled in two steps: first the places of the kernels, then, if no error occurred, the bytes. Two allocations,
/// neither larger than the message.
class packed_message {
public:
  /// Allocates `kernels` places and memory for all bytes of `in`, including those that have not been read yet.
  packed_message(const reader& in, std::size_t kernels)
      : kernels_(kernels),
        size_(in.offset() + in.remaining()),
        dialect_(in.context()),
        places_(std::make_unique_for_overwrite<kernel_entry[]>(kernels)),
        bytes_(std::make_unique_for_overwrite<std::byte[]>(size_)) {}

  [[nodiscard]] std::span<kernel_entry> places() noexcept { return {places_.get(), kernels_}; }
  void keep(bytes_view message) noexcept { std::memcpy(bytes_.get(), message.data(), size_); }

  [[nodiscard]] bytes_view bytes() const noexcept { return {bytes_.get(), size_}; }
  [[nodiscard]] std::size_t kernels() const noexcept { return kernels_; }
  [[nodiscard]] const hash& kernel_hash(std::size_t i) const noexcept { return places_[i].id; }
  [[nodiscard]] wire::kernel kernel(std::size_t i) const noexcept {
    reader in{bytes().subspan(places_[i].offset), dialect_};
    return wire::kernel::read(in);
  }

  /// Writes the kernels in the form of the version of `out`; `kernels_size` returns their size at a version, bytes.
  void write_kernels(writer& out) const {
    for (std::size_t i = 0; i < kernels_; ++i) kernel(i).write(out);
  }
  [[nodiscard]] std::size_t kernels_size(protocol_version version) const noexcept {
    std::size_t total = 0;
    for (std::size_t i = 0; i < kernels_; ++i) total += kernel(i).size(version);
    return total;
  }

private:
  std::size_t kernels_;
  std::size_t size_;
  wire::codec_context dialect_;  // context for decoding the bytes
  std::unique_ptr<kernel_entry[]> places_;
  std::unique_ptr<std::byte[]> bytes_;
};

}  // namespace pappus::wire
