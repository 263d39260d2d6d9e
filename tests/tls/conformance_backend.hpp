// The backend of the conformance suite that encrypts another one's connections.
#pragma once

#include <array>
#include <utility>

#include "certificates.hpp"
#include "tls_runtime.hpp"

template <class Backend>
class encrypted_backend {
public:
  [[nodiscard]] pappus::io::runtime& client() noexcept { return client_; }
  [[nodiscard]] pappus::io::runtime& server() noexcept { return server_; }
  [[nodiscard]] pappus::io::endpoint anywhere() const noexcept { return plain_.anywhere(); }
  [[nodiscard]] std::array<pappus::ip_address, 2> both() const noexcept { return plain_.both(); }
  [[nodiscard]] static bool has_v6() { return Backend::has_v6(); }
  [[nodiscard]] static bool is_available() { return Backend::is_available(); }

  template <class T>
  T run(pappus::task<T> main) {
    return plain_.run(std::move(main));
  }

private:
  [[nodiscard]] tls_test::tls_runtime encrypt(pappus::io::runtime& plain) {
    pappus::tls::client_options of_client;
    of_client.servers.authorities = files_.certificates({&own_});
    pappus::tls::server_options of_server;
    of_server.own = files_.files({&own_});
    return tls_test::tls_runtime{plain, pappus::tls::context::client(of_client).value(),
                                 pappus::tls::context::server(of_server).value(), "server.example"};
  }

  Backend plain_;
  tls_test::pem_folder files_;
  tls_test::identity own_{plain_.server().wall_clock(), {"server", "DNS:server.example"}};
  tls_test::tls_runtime client_{encrypt(plain_.client())};
  tls_test::tls_runtime server_{encrypt(plain_.server())};
};
