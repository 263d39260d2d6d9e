// Texts of errors.
#include <pappus/wire/error.hpp>

namespace pappus::wire {
namespace {

// The path of the field, with the index inside "[]".
std::string path_of(const decode_error& error) {
  std::string path{error.part};
  if (!path.empty()) path += '.';
  path += error.field;
  if (const auto brackets = path.find("[]"); brackets != std::string::npos) {
    path.insert(brackets + 1, std::to_string(error.index));
  }
  return path;
}

}  // namespace

std::string_view to_string(decode_errc fault) noexcept {
  switch (fault) {
    case decode_errc::unexpected_end: return "unexpected end";
    case decode_errc::trailing_bytes: return "trailing bytes";
    case decode_errc::wrong_magic: return "wrong magic";
    case decode_errc::over_limit: return "over the limit";
    case decode_errc::over_weight: return "too heavy";
    case decode_errc::bad_utf8: return "bad UTF-8";
    case decode_errc::unknown_value: return "unknown value";
    case decode_errc::out_of_range: return "out of range";
    case decode_errc::not_zero: return "not zero";
    case decode_errc::not_sorted: return "not sorted";
    case decode_errc::duplicate: return "duplicate";
    case decode_errc::coinbase: return "coinbase not allowed";
    case decode_errc::spends_own_output: return "spends an output of its own";
    case decode_errc::no_kernels: return "no kernels";
    case decode_errc::unknown_type: return "unknown type";
  }
  return "unknown fault";
}

std::string to_string(const decode_error& error) {
  std::string text{error.message};
  if (const std::string path = path_of(error); !path.empty()) {
    if (!text.empty()) text += '.';
    text += path;
  }
  text += " at byte ";
  text += std::to_string(error.offset);
  text += ": ";
  text += to_string(error.code);
  return text;
}

std::string_view to_string(encode_errc fault) noexcept {
  switch (fault) {
    case encode_errc::over_limit: return "over the limit";
    case encode_errc::inputs_lack_features: return "inputs lack features";
  }
  return "unknown fault";
}

std::string to_string(const encode_error& error) {
  std::string text{error.field};
  text += ": ";
  text += to_string(error.code);
  return text;
}

}  // namespace pappus::wire
