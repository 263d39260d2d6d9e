// Serializer of message fields that records the first error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include <pappus/wire/bytes.hpp>
#include <pappus/wire/endian.hpp>
#include <pappus/wire/error.hpp>
#include <pappus/wire/fixed_bytes.hpp>
#include <pappus/wire/protocol_version.hpp>

namespace pappus::wire {

/// Counterpart of `reader`: fields are written without checks in between, and `finish` returns the first error. A
/// `field` is a static string.
class writer {
public:
  /// Writes to its own memory, for which it reserves `size` bytes; if that is the exact size, there is one allocation.
  explicit writer(protocol_version version, std::size_t size = 0) : version_(version) { bytes_.reserve(size); }

  /// Writes to the caller's memory. Throws `std::length_error` at the first field that does not fit.
  writer(protocol_version version, std::span<std::byte> into) noexcept
      : version_(version), next_(into.data()), left_(into.size()) {}

  /// The version in whose form the message is written.
  [[nodiscard]] protocol_version version() const noexcept { return version_; }

  /// Write an integer, which the protocol has in big-endian order.
  void u8(std::uint8_t value) { raw(to_big_endian(value)); }
  void u16(std::uint16_t value) { raw(to_big_endian(value)); }
  void u32(std::uint32_t value) { raw(to_big_endian(value)); }
  void u64(std::uint64_t value) { raw(to_big_endian(value)); }
  void i32(std::int32_t value) { u32(static_cast<std::uint32_t>(value)); }
  void i64(std::int64_t value) { u64(static_cast<std::uint64_t>(value)); }

  /// Writes the bytes alone, without their length.
  void raw(bytes_view value) {
    if (next_ == nullptr) bytes_.insert(bytes_.end(), value.begin(), value.end());
    else place(value);
  }

  /// Writes `fixed_bytes`.
  template <std::size_t Size, class Tag>
  void fixed(const fixed_bytes<Size, Tag>& value) {
    raw(value.view());
  }

  /// Writes the length as u64 and the bytes, at most `limits::max_blob_size`.
  void blob(bytes_view value, const char* field);
  void text(std::string_view value, const char* field);

  /// Records that a field cannot be written, unless there was an error before.
  void fail(encode_errc fault, const char* field) noexcept;

  /// Returns the bytes written, or the first error. Empty if they are in the caller's memory, which must be full;
  /// otherwise throws `std::length_error`.
  [[nodiscard]] encode_result<bytes> finish() &&;

private:
  void place(bytes_view value);

  protocol_version version_;
  bytes bytes_;
  std::byte* next_ = nullptr;  // in the caller's memory; null if the writer uses its own
  std::size_t left_ = 0;       // room from there on, bytes
  encode_error error_{};
  bool failed_ = false;
};

}  // namespace pappus::wire
