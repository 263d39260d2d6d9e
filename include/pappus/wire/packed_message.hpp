// A message's bytes and what was found out about its kernels while reading.
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

/// Where a kernel lies in its message, and its id. Both are found while reading, since kernels differ in size and the
/// order of kernels is that of their ids.
struct kernel_place {
  hash id;
  std::uint32_t offset = 0;
};

/// Made in two steps: room for the whole of a message and the places of its kernels, then, once they are filled in and
/// nothing was wrong, the bytes. Two allocations, neither larger than the message.
class packed_message {
public:
  /// Room for `kernels` places and all bytes of `in`, also those still to be read.
  packed_message(const reader& in, std::size_t kernels)
      : kernels_(kernels),
        size_(in.offset() + in.remaining()),
        dialect_(in.context()),
        places_(std::make_unique_for_overwrite<kernel_place[]>(kernels)),
        bytes_(std::make_unique_for_overwrite<std::byte[]>(size_)) {}

  [[nodiscard]] std::span<kernel_place> places() noexcept { return {places_.get(), kernels_}; }
  void keep(bytes_view message) noexcept { std::memcpy(bytes_.get(), message.data(), size_); }

  [[nodiscard]] bytes_view bytes() const noexcept { return {bytes_.get(), size_}; }
  [[nodiscard]] std::size_t kernels() const noexcept { return kernels_; }
  [[nodiscard]] const hash& kernel_hash(std::size_t i) const noexcept { return places_[i].id; }
  [[nodiscard]] wire::kernel kernel(std::size_t i) const noexcept {
    reader in{bytes().subspan(places_[i].offset), dialect_};
    return wire::kernel::read(in);
  }

  /// The kernels in the form of the version that is written, and the size they have in that of another.
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
  wire::codec_context dialect_;  // in which the bytes are read
  std::unique_ptr<kernel_place[]> places_;
  std::unique_ptr<std::byte[]> bytes_;
};

}  // namespace pappus::wire
