#include <array>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <utility>

#include <pappus/integration/threads/run_loop.hpp>

namespace pappus::integration {
namespace {

using posted_call = std::function<void()>;

constexpr std::size_t run_at_once = 64;

/// Returns the first exception, if any.
std::exception_ptr run_all(std::span<envelope> taken) noexcept {
  std::exception_ptr thrown;
  for (envelope& each : taken) {
    try {
      const envelope one = std::exchange(each, {});
      one.as<posted_call>()();
    } catch (...) {
      if (!thrown) thrown = std::current_exception();
    }
  }
  return thrown;
}

}  // namespace

executor run_loop::executor() {
  return [this](posted_call what) {
    static_cast<void>(inbox_.mail().send({0, std::make_shared<const posted_call>(std::move(what))}));
  };
}

void run_loop::run() {
  using namespace std::chrono_literals;
  std::array<envelope, run_at_once> taken;
  while (!stopped_) {
    const std::size_t count = inbox_.wait(taken, 1h);
    if (const auto thrown = run_all(std::span{taken}.first(count))) std::rethrow_exception(thrown);
  }
}

void run_loop::stop() noexcept {
  stopped_ = true;
  inbox_.interrupt();
}

}  // namespace pappus::integration
