// The backend of the conformance suite that is simulated.
#pragma once

#include <array>

#include <pappus/sim/world.hpp>

/// Two machines with addresses of both families and a link of the default kind between them; `anywhere` is of one.
template <bool IsV6>
class simulated_backend {
public:
  [[nodiscard]] pappus::io::runtime& client() noexcept { return client_; }
  [[nodiscard]] pappus::io::runtime& server() noexcept { return server_; }
  [[nodiscard]] pappus::sim::machine& server_machine() noexcept { return server_; }
  [[nodiscard]] pappus::io::endpoint anywhere() const noexcept { return {both()[IsV6 ? 1 : 0], 0}; }
  [[nodiscard]] std::array<pappus::ip_address, 2> both() const noexcept {
    return {server_.addresses()[0], server_.addresses()[1]};
  }
  [[nodiscard]] static bool has_v6() noexcept { return true; }
  [[nodiscard]] static bool is_available() noexcept { return true; }

  template <class T>
  T run(pappus::task<T> main) {
    return world_.run(std::move(main));
  }

private:
  [[nodiscard]] pappus::sim::machine& add(const char* v4, const char* v6) {
    return world_.add_machine({*pappus::ip_address::parse(v4), *pappus::ip_address::parse(v6)});
  }

  pappus::sim::world world_{2024};
  pappus::sim::machine& client_{add("1.0.0.1", "2a00:1::1")};
  pappus::sim::machine& server_{add("1.1.0.1", "2a00:2::1")};
};
