// How a host behaves: an adapter function that may throw, stall, or say no.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include <pappus/integration/bridge/request_handler.hpp>
#include <pappus/sim/random.hpp>

namespace chaos {

namespace integration = pappus::integration;

/// Thrown by a host that throws.
class thrown_by_the_host : public std::runtime_error {
public:
  thrown_by_the_host() : std::runtime_error("the host throws") {}
};

class host_faults {
public:
  explicit host_faults(std::uint64_t seed) : rng_(seed) {}
  host_faults(const host_faults&) = delete;
  host_faults& operator=(const host_faults&) = delete;

  // Faults under way, count. Of calls, a half are concerned.
  std::size_t throwing = 0;
  std::size_t stalling = 0;
  std::size_t refusing = 0;

  [[nodiscard]] bool none() const noexcept { return throwing + stalling + refusing == 0; }

  /// Gives the results that the host has held back while it stalled.
  void resume() {
    for (const auto& each : std::exchange(held_, {})) each();
  }

  /// Drops the results. A node to which none comes may call again at once.
  void forget() {
    while (!held_.empty()) std::exchange(held_, {}).clear();
  }

  void maybe_throw() {
    if (throwing != 0 && half()) throw thrown_by_the_host{};
  }

  /// Makes `answer` the adapter's function; `no`: its result while the host says no.
  template <class Result, class... Args>
  void set(integration::request_handler<Result(Args...)>& function,
           std::type_identity_t<std::function<Result(Args...)>> answer, std::type_identity_t<Result> no) {
    function = [this, answer = std::move(answer), no = std::move(no)](Args... asked,
                                                                      const integration::responder<Result>& to) {
      maybe_throw();
      if (refusing != 0 && half()) return to(no);
      Result result = answer(std::forward<Args>(asked)...);
      if (stalling == 0 || !half()) return to(std::move(result));
      held_.emplace_back([to, result = std::move(result)] { to(result); });
    };
  }

private:
  bool half() { return pappus::sim::uniform_below(rng_, 2) == 0; }

  pappus::sim::xoshiro256 rng_;
  std::vector<std::function<void()>> held_;
};

}  // namespace chaos
