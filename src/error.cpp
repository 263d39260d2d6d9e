#include <string_view>

#include <pappus/error.hpp>

#include "enum_category.hpp"

namespace pappus {
namespace {

std::string_view text_of(errc code) noexcept {
  switch (code) {
    case errc::canceled: return "canceled";
    case errc::timed_out: return "timed out";
    case errc::end_of_stream: return "end of stream";
    case errc::closed: return "closed";
    case errc::poisoned: return "stream poisoned by an operation stopped half-way";
    case errc::internal_error: return "internal error";
    case errc::truncated: return "stream ended in the middle of a message";
    case errc::too_long: return "message too long";
  }
  return "unknown error";
}

class own_category final : public enum_category<errc> {
public:
  own_category() noexcept : enum_category("pappus", text_of) {}

  [[nodiscard]] std::error_condition default_error_condition(int code) const noexcept override {
    switch (static_cast<errc>(code)) {
      case errc::canceled: return std::errc::operation_canceled;
      case errc::timed_out: return std::errc::timed_out;
      case errc::too_long: return std::errc::message_size;
      default: return {code, *this};
    }
  }
};

}  // namespace

const std::error_category& error_category() noexcept {
  static const own_category category;
  return category;
}

}  // namespace pappus
