// Text of an exception, for logs.
#pragma once

#include <exception>
#include <string>

namespace pappus {

/// Text of the current exception; to be called in an exception handler.
[[nodiscard]] inline std::string exception_text() {
  try {
    throw;
  } catch (const std::exception& thrown) {
    return thrown.what();
  } catch (...) {
    return "an exception of an unknown type";
  }
}

}  // namespace pappus
