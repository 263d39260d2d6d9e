// Bounds-checked cursor over the bytes of a message that records the first error.
//
// After the first error every read returns zeros, and later errors are not recorded. So a codec reads its fields
// without branches for errors, and its caller checks once, at the end. This costs as much as a result per field
// (measured with 2 and 8 fields, both compilers). Field names are accessed only after an error.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <pappus/wire/bytes.hpp>
#include <pappus/wire/endian.hpp>
#include <pappus/wire/error.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/protocol_version.hpp>

namespace pappus::wire {

/// Progress of checking the order of a message's lists while it is arriving. For one message only.
struct order_progress {
  std::size_t end = 0;  // offset in the body, bytes; elements that begin before it are in order
  hash last;            // of the last of these elements
};

/// Borrows its bytes; all views that it returns are valid only as long as these. A `field` is a static string.
class reader {
public:
  reader(bytes_view body, const wire::codec_context& spoken) noexcept
      : begin_(body.data()), at_(body.data()), end_(body.data() + body.size()), dialect_(spoken) {}

  /// Reads a body that may have been checked in part: order recorded in `known` is not checked again, and newly checked
  /// order is added to it. `prefix`: the body is incomplete.
  reader(bytes_view body, const wire::codec_context& spoken, order_progress& known, bool prefix) noexcept
      : reader(body, spoken) {
    checked_ = &known;
    prefix_ = prefix;
  }

  /// The order that is known of a body checked in part; null for a body read at once.
  [[nodiscard]] order_progress* checked() const noexcept { return checked_; }
  /// Whether the bytes are the beginning of a body that has not arrived completely.
  [[nodiscard]] bool is_prefix() const noexcept { return prefix_; }

  /// What the form of the body depends on: the negotiated version and the limits of the chain.
  [[nodiscard]] const wire::codec_context& context() const noexcept { return dialect_; }
  [[nodiscard]] protocol_version version() const noexcept { return dialect_.version; }
  /// Bytes read so far, and bytes left.
  [[nodiscard]] std::size_t offset() const noexcept { return static_cast<std::size_t>(at_ - begin_); }
  [[nodiscard]] std::size_t remaining() const noexcept { return static_cast<std::size_t>(end_ - at_); }

  /// The bytes read since offset `start`.
  [[nodiscard]] bytes_view consumed_since(std::size_t start) const noexcept { return {begin_ + start, at_}; }

  /// True until the first error.
  [[nodiscard]] bool ok() const noexcept { return !failed_; }

  /// The first error; meaningful once `ok()` is false.
  [[nodiscard]] const decode_error& error() const noexcept { return error_; }

  /// Read an integer, which the protocol has in big-endian order.
  [[nodiscard]] std::uint8_t u8(const char* field) noexcept { return integer<std::uint8_t>(field); }
  [[nodiscard]] std::uint16_t u16(const char* field) noexcept { return integer<std::uint16_t>(field); }
  [[nodiscard]] std::uint32_t u32(const char* field) noexcept { return integer<std::uint32_t>(field); }
  [[nodiscard]] std::uint64_t u64(const char* field) noexcept { return integer<std::uint64_t>(field); }
  [[nodiscard]] std::int32_t i32(const char* field) noexcept { return static_cast<std::int32_t>(u32(field)); }
  [[nodiscard]] std::int64_t i64(const char* field) noexcept { return static_cast<std::int64_t>(u64(field)); }

  /// Reads `fixed_bytes`.
  template <class Opaque>
  [[nodiscard]] Opaque fixed(const char* field) noexcept {
    const bytes_view taken = take(Opaque::size, field);
    return taken.empty() ? Opaque{} : Opaque::copy(taken.data());
  }

  /// The next `length` bytes, borrowed; empty after an error.
  [[nodiscard]] bytes_view take(std::size_t length, const char* field) noexcept {
    if (!has(length, field)) return {};
    const bytes_view taken{at_, length};
    at_ += length;
    return taken;
  }

  /// Reads a count, which must not exceed `max`.
  template <std::unsigned_integral Integer>
  [[nodiscard]] Integer count(Integer max, const char* field) noexcept {
    const std::size_t start = offset();
    const auto number = integer<Integer>(field);
    if (number <= max) return number;
    fail(decode_errc::over_limit, field, start);
    return 0;
  }

  /// Reads a length as u64 and that many bytes, borrowed, at most `limits::max_blob_size`.
  [[nodiscard]] bytes_view blob(const char* field) noexcept;

  /// The same for a string, which must be UTF-8.
  [[nodiscard]] std::string_view text(const char* field) noexcept;

  /// Skips `length` bytes, which must be zero.
  void zeros(std::size_t length, const char* field) noexcept;

  /// Sets the part of the message, a static path, to which the following fields belong.
  void part(const char* path) noexcept {
    if (!failed_) error_.part = path;
  }

  /// Sets the index of the list element to which the following fields belong.
  void element(std::size_t index) noexcept {
    if (!failed_) error_.index = index;
  }

  /// Records an error of the field that starts at offset `start`, unless there was an error before.
  void check(bool met, decode_errc fault, const char* field, std::size_t start) noexcept {
    if (!met) [[unlikely]]
      fail(fault, field, start);
  }
  void fail(decode_errc fault, const char* field, std::size_t start) noexcept;

  /// Records an error of a list element that was read before and is checked only now: the first error, even if there
  /// is one of later bytes.
  void fail_earlier(decode_errc fault, const char* field, std::size_t index, std::size_t start) noexcept;

  /// Records an error if bytes are left.
  void expect_end() noexcept { check(at_ == end_, decode_errc::trailing_bytes, "end", offset()); }

private:
  bool has(std::size_t length, const char* field) noexcept {
    if (length <= remaining()) [[likely]]
      return true;
    fail(decode_errc::unexpected_end, field, offset());
    return false;
  }

  template <std::unsigned_integral Integer>
  Integer integer(const char* field) noexcept {
    if (!has(sizeof(Integer), field)) return 0;
    const auto value = load_big_endian<Integer>(at_);
    at_ += sizeof(Integer);
    return value;
  }

  const std::byte* begin_;
  const std::byte* at_;
  const std::byte* end_;  // moved to `at_` by the first error, so that all later reads fail
  wire::codec_context dialect_;
  order_progress* checked_ = nullptr;
  decode_error error_{};
  bool failed_ = false;
  bool prefix_ = false;
};

}  // namespace pappus::wire
