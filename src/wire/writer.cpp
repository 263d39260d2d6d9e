// The parts of the writer that can fail.
#include <pappus/wire/writer.hpp>

namespace pappus::wire {

void writer::blob(bytes_view value, const char* field) {
  if (value.size() > limits::blob) return fail(encode_fault::over_limit, field);
  u64(value.size());
  raw(value);
}

void writer::text(std::string_view value, const char* field) { blob(std::as_bytes(std::span{value}), field); }

void writer::fail(encode_fault fault, const char* field) noexcept {
  if (failed_) return;
  failed_ = true;
  error_ = {fault, field};
}

encoded<bytes> writer::finish() && {
  if (failed_) return failure{error_};
  return std::move(bytes_);
}

}  // namespace pappus::wire
