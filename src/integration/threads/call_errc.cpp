#include <string>

#include <pappus/integration/threads/call_errc.hpp>

namespace pappus::integration {
namespace {

class call_errors final : public std::error_category {
public:
  [[nodiscard]] const char* name() const noexcept override { return "pappus.call"; }
  [[nodiscard]] std::string message(int code) const override {
    switch (static_cast<call_errc>(code)) {
      case call_errc::queue_full: return "too many calls are waiting";
      case call_errc::stopped: return "the node has stopped";
    }
    return "unknown error";
  }
};

}  // namespace

const std::error_category& call_category() noexcept {
  static const call_errors category;
  return category;
}

}  // namespace pappus::integration
