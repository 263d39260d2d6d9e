// A cursor over a message's bytes that cannot leave them, and remembers the first thing that was wrong.
//
// Reading never branches to an error path of its own: after the first fault every read gives zeros and nothing is
// recorded any more, so a codec reads its fields straight down and whoever started it asks once, at the end. That keeps
// codecs as plain as the format they read and costs what a result per field costs (measured with 2 and 8 fields, both
// compilers); field names are touched only when something fails.
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

/// How far the lists of a message have been found to be in order, while it is still arriving: the elements that begin
/// before `end`, and the hash of the last of them. Of use with one message only.
struct checked_order {
  std::size_t end = 0;  // in bytes from the start of the body
  hash last;
};

/// Borrows its bytes; everything it hands out as a view dies with them. A `field` is a static string.
class reader {
public:
  reader(bytes_view body, const wire::codec_context& spoken) noexcept
      : begin_(body.data()), at_(body.data()), end_(body.data() + body.size()), dialect_(spoken) {}

  /// Reads a body of which a part was looked at before: what is known of its order is not found out again, and what is
  /// found out is added to it. `prefix` says that more is to come.
  reader(bytes_view body, const wire::codec_context& spoken, checked_order& known, bool prefix) noexcept
      : reader(body, spoken) {
    checked_ = &known;
    prefix_ = prefix;
  }

  [[nodiscard]] checked_order* checked() const noexcept { return checked_; }
  /// Whether these are the first bytes of a body whose other ones have not come.
  [[nodiscard]] bool is_prefix() const noexcept { return prefix_; }

  [[nodiscard]] const wire::codec_context& context() const noexcept { return dialect_; }
  [[nodiscard]] protocol_version version() const noexcept { return dialect_.version; }
  [[nodiscard]] std::size_t offset() const noexcept { return static_cast<std::size_t>(at_ - begin_); }
  [[nodiscard]] std::size_t remaining() const noexcept { return static_cast<std::size_t>(end_ - at_); }

  /// What was read from offset `start` on.
  [[nodiscard]] bytes_view since(std::size_t start) const noexcept { return {begin_ + start, at_}; }

  /// True until the first fault.
  [[nodiscard]] bool ok() const noexcept { return !failed_; }

  /// The first fault; meaningful once `ok()` is false.
  [[nodiscard]] const decode_error& error() const noexcept { return error_; }

  [[nodiscard]] std::uint8_t u8(const char* field) noexcept { return integer<std::uint8_t>(field); }
  [[nodiscard]] std::uint16_t u16(const char* field) noexcept { return integer<std::uint16_t>(field); }
  [[nodiscard]] std::uint32_t u32(const char* field) noexcept { return integer<std::uint32_t>(field); }
  [[nodiscard]] std::uint64_t u64(const char* field) noexcept { return integer<std::uint64_t>(field); }
  [[nodiscard]] std::int32_t i32(const char* field) noexcept { return static_cast<std::int32_t>(u32(field)); }
  [[nodiscard]] std::int64_t i64(const char* field) noexcept { return static_cast<std::int64_t>(u64(field)); }

  /// An `opaque`: its bytes as they stand.
  template <class Opaque>
  [[nodiscard]] Opaque fixed(const char* field) noexcept {
    const bytes_view taken = take(Opaque::size, field);
    return taken.empty() ? Opaque{} : Opaque::copy(taken.data());
  }

  /// The next `length` bytes in place; none after a fault.
  [[nodiscard]] bytes_view take(std::size_t length, const char* field) noexcept {
    if (!has(length, field)) return {};
    const bytes_view taken{at_, length};
    at_ += length;
    return taken;
  }

  /// A number of things to come, refused above `most`.
  template <std::unsigned_integral Integer>
  [[nodiscard]] Integer count(Integer most, const char* field) noexcept {
    const std::size_t start = offset();
    const auto number = integer<Integer>(field);
    if (number <= most) return number;
    fail(decode_errc::over_limit, field, start);
    return 0;
  }

  /// A length as u64, then that many bytes; in place, at most `limits::blob` of them.
  [[nodiscard]] bytes_view blob(const char* field) noexcept;

  /// The same, checked to be UTF-8.
  [[nodiscard]] std::string_view text(const char* field) noexcept;

  /// Passes over `length` bytes that must be zero.
  void zeros(std::size_t length, const char* field) noexcept;

  /// Says which part of the message, a static path, the fields after this belong to.
  void part(const char* path) noexcept {
    if (!failed_) error_.part = path;
  }

  /// Says which element of a list the fields after this belong to.
  void element(std::size_t index) noexcept {
    if (!failed_) error_.index = index;
  }

  /// Records a fault of the field that started at `start`, unless there was one before.
  void require(bool met, decode_errc fault, const char* field, std::size_t start) noexcept {
    if (!met) [[unlikely]]
      fail(fault, field, start);
  }
  void fail(decode_errc fault, const char* field, std::size_t start) noexcept;

  /// Faults if anything is left.
  void expect_end() noexcept { require(at_ == end_, decode_errc::trailing_bytes, "end", offset()); }

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
  const std::byte* end_;  // moves to `at_` with the first fault, so that all later reads run out
  wire::codec_context dialect_;
  checked_order* checked_ = nullptr;
  decode_error error_{};
  bool failed_ = false;
  bool prefix_ = false;
};

}  // namespace pappus::wire
