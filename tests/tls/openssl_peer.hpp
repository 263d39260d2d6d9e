// The other side of a connection, on bare OpenSSL: it can do what a peer must not do.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <pappus/coro/task.hpp>
#include <pappus/io/stream.hpp>

#include "certificates.hpp"

namespace tls_test {

class openssl_peer {
public:
  /// A client; it accepts every certificate.
  [[nodiscard]] static openssl_peer client(io::stream_ptr below, int max_version = TLS1_3_VERSION) {
    openssl_peer made{std::move(below), TLS_client_method(), max_version};
    SSL_set_connect_state(made.native());
    return made;
  }
  [[nodiscard]] static openssl_peer server(io::stream_ptr below, const identity& own,
                                           int max_version = TLS1_3_VERSION) {
    openssl_peer made{std::move(below), TLS_server_method(), max_version};
    require(SSL_use_certificate(made.native(), own.certificate()) == 1);
    require(SSL_use_PrivateKey(made.native(), own.key()) == 1);
    SSL_set_accept_state(made.native());
    return made;
  }

  [[nodiscard]] SSL* native() const noexcept { return native_.get(); }
  [[nodiscard]] io::stream& below() const noexcept { return *below_; }
  [[nodiscard]] io::stream_ptr release() noexcept { return std::move(below_); }

  /// True if it succeeds.
  [[nodiscard]] task<bool> handshake() {
    for (;;) {
      ERR_clear_error();
      const int outcome = SSL_do_handshake(native());
      const bool waits = outcome != 1 && SSL_get_error(native(), outcome) == SSL_ERROR_WANT_READ;
      const bool sent = co_await flush();
      if (!waits) co_return outcome == 1 && sent;
      const bool received = co_await receive();
      if (!received) co_return false;
    }
  }

  /// The next bytes; nullopt if there are no more, for any reason.
  [[nodiscard]] task<std::optional<std::string>> read() {
    std::array<char, 16384> bytes{};
    for (;;) {
      ERR_clear_error();
      const int got = SSL_read(native(), bytes.data(), static_cast<int>(bytes.size()));
      if (got > 0) co_return std::string{bytes.data(), static_cast<std::size_t>(got)};
      const bool waits = SSL_get_error(native(), got) == SSL_ERROR_WANT_READ;
      const bool sent = co_await flush();
      if (!waits || !sent) co_return std::nullopt;
      const bool received = co_await receive();
      if (!received) co_return std::nullopt;
    }
  }

  /// What it would send for these bytes.
  [[nodiscard]] std::string encrypt(std::string_view bytes) {
    require(SSL_write(native(), bytes.data(), static_cast<int>(bytes.size())) == static_cast<int>(bytes.size()));
    return outgoing();
  }

  /// What it wants to send.
  [[nodiscard]] std::string outgoing() {
    std::string all(BIO_ctrl_pending(out_), '\0');
    if (!all.empty()) require(BIO_read(out_, all.data(), static_cast<int>(all.size())) == static_cast<int>(all.size()));
    return all;
  }

  /// Sends it. False if that fails.
  [[nodiscard]] task<bool> flush() {
    const std::string all = outgoing();
    const auto written = co_await below_->write_all(all);
    co_return written.has_value();
  }

private:
  struct deleter {
    void operator()(SSL* native) const noexcept { SSL_free(native); }
  };

  openssl_peer(io::stream_ptr below, const SSL_METHOD* method, int max_version) : below_(std::move(below)) {
    SSL_CTX* const settings = SSL_CTX_new(method);
    require(settings != nullptr);
    native_.reset(SSL_new(settings));
    SSL_CTX_free(settings);
    require(native_ != nullptr && SSL_set_max_proto_version(native(), max_version) == 1);
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    SSL_set_bio(native(), in_, out_);
  }

  [[nodiscard]] task<bool> receive() {
    const auto view = co_await below_->read_view();
    if (!view) co_return false;
    co_return BIO_write(in_, view->data(), static_cast<int>(view->size())) == static_cast<int>(view->size());
  }

  io::stream_ptr below_;
  std::unique_ptr<SSL, deleter> native_;
  BIO* in_ = nullptr;   // owned by `native_`, as the next one
  BIO* out_ = nullptr;  // what is to be sent
};

}  // namespace tls_test
