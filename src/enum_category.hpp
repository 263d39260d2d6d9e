// The error category of an enumeration.
#pragma once

#include <string>
#include <string_view>
#include <system_error>

namespace pappus {

/// Category of the errors that `Enum` lists. A derived class may relate them to conditions.
template <class Enum>
class enum_category : public std::error_category {
public:
  using text = std::string_view (*)(Enum) noexcept;

  /// `name` outlives it. `text_of` gives the message of a value, also of one that is not in the enumeration. The code
  /// of a value is the value plus `offset`, which is 1 if the enumeration begins at 0: a code of 0 is success.
  enum_category(const char* name, text text_of, int offset = 0) noexcept
      : name_(name), text_of_(text_of), offset_(offset) {}

  [[nodiscard]] const char* name() const noexcept override { return name_; }
  [[nodiscard]] std::string message(int code) const override {
    return std::string{text_of_(static_cast<Enum>(code - offset_))};
  }

private:
  const char* name_;
  text text_of_;
  int offset_;
};

}  // namespace pappus
