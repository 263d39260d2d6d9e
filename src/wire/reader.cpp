// Functions of the reader that need not be inline: blobs, text and the first error.
#include <algorithm>

#include <pappus/wire/reader.hpp>
#include <pappus/wire/utf8.hpp>

namespace pappus::wire {

bytes_view reader::blob(const char* field) noexcept {
  const auto length = count<std::uint64_t>(limits::max_blob_size, field);
  return take(static_cast<std::size_t>(length), field);
}

std::string_view reader::text(const char* field) noexcept {
  const bytes_view raw = blob(field);
  if (!is_utf8(raw)) {
    fail(decode_errc::bad_utf8, field, offset() - raw.size());
    return {};
  }
  return {reinterpret_cast<const char*>(raw.data()), raw.size()};
}

void reader::zeros(std::size_t length, const char* field) noexcept {
  const std::size_t start = offset();
  const bytes_view passed = take(length, field);
  const bool all_zero = std::all_of(passed.begin(), passed.end(), [](std::byte byte) { return byte == std::byte{0}; });
  check(all_zero, decode_errc::not_zero, field, start);
}

void reader::fail(decode_errc fault, const char* field, std::size_t start) noexcept {
  if (failed_) return;
  failed_ = true;
  error_.code = fault;
  error_.field = field;
  error_.offset = start;
  end_ = at_;
}

void reader::fail_earlier(decode_errc fault, const char* field, std::size_t index, std::size_t start) noexcept {
  failed_ = false;
  element(index);
  fail(fault, field, start);
}

}  // namespace pappus::wire
