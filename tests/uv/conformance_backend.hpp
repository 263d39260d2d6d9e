// The libuv backend of the conformance suite, over the loopback interface.
#pragma once

#include <array>

#include <pappus/uv/loop.hpp>

/// `anywhere` is of one family.
template <bool IsV6>
class loopback_backend {
public:
  [[nodiscard]] pappus::io::runtime& client() noexcept { return loop_; }
  [[nodiscard]] pappus::io::runtime& server() noexcept { return loop_; }
  [[nodiscard]] static pappus::io::endpoint anywhere() noexcept { return {both()[IsV6 ? 1 : 0], 0}; }
  [[nodiscard]] static std::array<pappus::ip_address, 2> both() noexcept {
    return {pappus::ip_address::v4(0x7f000001), *pappus::ip_address::parse("::1")};
  }
  [[nodiscard]] static bool has_v6() {
    pappus::uv::loop on;
    return on.runtime().listen({both()[1], 0}).has_value();
  }
  [[nodiscard]] static bool is_available() { return !IsV6 || has_v6(); }

  template <class T>
  T run(pappus::task<T> main) {
    return loop_.run(std::move(main));
  }

private:
  pappus::uv::loop loop_;
};
