#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <utility>

#include <pappus/integration/errands.hpp>

namespace pappus::integration {
namespace {

using errand = std::function<void()>;

constexpr std::size_t taken_at_once = 64;

}  // namespace

executor errands::in() {
  return [this](errand what) {
    static_cast<void>(inbox_.mail().send({0, std::make_shared<const errand>(std::move(what))}));
  };
}

void errands::run() {
  using namespace std::chrono_literals;
  std::array<letter, taken_at_once> taken;
  while (!stopped_) {
    const std::size_t count = inbox_.wait(taken, 1h);
    for (letter& each : std::span{taken}.first(count)) {
      const letter one = std::exchange(each, {});
      one.as<errand>()();
    }
  }
}

void errands::stop() noexcept {
  stopped_ = true;
  inbox_.interrupt();
}

}  // namespace pappus::integration
