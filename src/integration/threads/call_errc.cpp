#include <string_view>

#include <pappus/integration/threads/call_errc.hpp>

#include "../../enum_category.hpp"

namespace pappus::integration {
namespace {

std::string_view text_of(call_errc error) noexcept {
  switch (error) {
    case call_errc::queue_full: return "too many calls are waiting";
    case call_errc::stopped: return "the node has stopped";
  }
  return "unknown error";
}

}  // namespace

const std::error_category& call_category() noexcept {
  static const enum_category<call_errc> category{"pappus.call", text_of};
  return category;
}

}  // namespace pappus::integration
