// A server's certificate, and the settings of bare OpenSSL that are those of pappus::tls::context.
#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include <openssl/ssl.h>

#include <pappus/io/time.hpp>
#include <pappus/tls/context.hpp>

#include "../../tests/tls/certificates.hpp"

namespace benchmarks {

using namespace pappus;

inline constexpr const char* server_name = "server.example";

/// The certificate signs itself.
struct credentials {
  tls_test::pem_folder files;
  tls_test::identity own{std::chrono::time_point_cast<io::wall_time::duration>(std::chrono::system_clock::now()),
                         {"server", "DNS:server.example"}};
  tls::certificate_files server = files.files({&own});
  std::string authorities = files.certificates({&own});
};

struct native_deleter {
  void operator()(SSL_CTX* native) const noexcept { SSL_CTX_free(native); }
  void operator()(SSL* native) const noexcept { SSL_free(native); }
};
using native_context = std::unique_ptr<SSL_CTX, native_deleter>;
using native_session = std::unique_ptr<SSL, native_deleter>;

inline void configure(const native_context& settings, int version) {
  SSL_CTX_set_min_proto_version(settings.get(), version);
  SSL_CTX_set_max_proto_version(settings.get(), version);
  SSL_CTX_set_options(settings.get(), SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(settings.get(), 0);
  SSL_CTX_set_session_cache_mode(settings.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_cipher_list(settings.get(), "ECDHE+AESGCM:ECDHE+CHACHA20");
}

struct native_contexts {
  native_contexts(const credentials& of, int version)
      : client(SSL_CTX_new(TLS_client_method())), server(SSL_CTX_new(TLS_server_method())) {
    configure(client, version);
    configure(server, version);
    SSL_CTX_set_verify(client.get(), SSL_VERIFY_PEER, nullptr);
    const bool loaded = SSL_CTX_load_verify_locations(client.get(), of.authorities.c_str(), nullptr) == 1 &&
                        SSL_CTX_use_certificate_chain_file(server.get(), of.server.chain.c_str()) == 1 &&
                        SSL_CTX_use_PrivateKey_file(server.get(), of.server.key.c_str(), SSL_FILETYPE_PEM) == 1;
    if (!loaded) throw std::runtime_error("OpenSSL cannot use the certificate");
  }

  native_context client;
  native_context server;
};

/// A side of a connection between memory BIOs.
struct native_side {
  native_side(const native_context& settings, bool is_server) : native(SSL_new(settings.get())) {
    SSL_set_bio(native.get(), in, out);
    if (is_server) {
      SSL_set_accept_state(native.get());
    } else {
      SSL_set_connect_state(native.get());
      SSL_set1_host(native.get(), server_name);
      SSL_set_tlsext_host_name(native.get(), server_name);
    }
  }

  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  native_session native;
};

}  // namespace benchmarks
