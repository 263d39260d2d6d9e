// Functions of the writer that can fail.
#include <algorithm>
#include <stdexcept>

#include <pappus/wire/writer.hpp>

namespace pappus::wire {

void writer::blob(bytes_view value, const char* field) {
  if (value.size() > limits::max_blob_size) return fail(encode_errc::over_limit, field);
  u64(value.size());
  raw(value);
}

void writer::text(std::string_view value, const char* field) { blob(std::as_bytes(std::span{value}), field); }

void writer::place(bytes_view value) {
  if (value.size() > left_) throw std::length_error("writer: a message is longer than it said");
  next_ = std::ranges::copy(value, next_).out;
  left_ -= value.size();
}

void writer::fail(encode_errc fault, const char* field) noexcept {
  if (failed_) return;
  failed_ = true;
  error_ = {fault, field};
}

encode_result<bytes> writer::finish() && {
  if (failed_) return failure{error_};
  if (left_ != 0) throw std::length_error("writer: a message is shorter than it said");
  return std::move(bytes_);
}

}  // namespace pappus::wire
