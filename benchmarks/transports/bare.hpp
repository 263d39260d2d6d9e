// Both ends of a connection over loopback in libuv alone, with OpenSSL's memory BIOs if it is to be encrypted.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <vector>

#include <uv.h>

#include "credentials.hpp"
#include "relay_proxy.hpp"

namespace benchmarks {

/// Throws unless libuv has succeeded.
inline void check_uv(int status) {
  if (status < 0) throw std::runtime_error(uv_strerror(status));
}

/// One end, as an expert writes it: reads stay armed, and writes are tried at once.
class bare_end {
public:
  /// `socket`: connected, and owned from now on.
  bare_end(uv_loop_t& loop, int socket, std::unique_ptr<native_side> encryption)
      : encryption_(std::move(encryption)), block_(65536), clear_(16384) {
    check_uv(uv_tcp_init(&loop, &handle_));
    check_uv(uv_tcp_open(&handle_, socket));
    check_uv(uv_tcp_nodelay(&handle_, 1));
    handle_.data = this;
    check_uv(uv_read_start(stream(), on_allocate, on_read));
  }
  bare_end(const bare_end&) = delete;
  bare_end& operator=(const bare_end&) = delete;
  ~bare_end() = default;

  /// Before its end, after which the loop must run.
  void close() { uv_close(reinterpret_cast<uv_handle_t*>(&handle_), nullptr); }

  /// Whether the handshake is over, of which this does the next step.
  bool shake_hands() {
    if (!encryption_ || SSL_is_init_finished(ssl()) == 1) return true;
    SSL_do_handshake(ssl());
    flush();
    return SSL_is_init_finished(ssl()) == 1;
  }

  /// Writes bytes that stay valid until the other end has received them. One write at a time.
  void write(const char* bytes, std::size_t size) {
    if (!encryption_) return write_plain(bytes, size);
    for (std::size_t done = 0; done != size;) {
      const std::size_t piece = std::min<std::size_t>(size - done, 16384);
      if (SSL_write(ssl(), bytes + done, static_cast<int>(piece)) <= 0) throw std::runtime_error("SSL_write");
      done += piece;
    }
    flush();
  }
  std::size_t received = 0;                  // bytes of the application
  void (*on_received)(bare_end&) = nullptr;  // when there are more
  void* user = nullptr;

private:
  [[nodiscard]] uv_stream_t* stream() noexcept { return reinterpret_cast<uv_stream_t*>(&handle_); }
  [[nodiscard]] SSL* ssl() noexcept { return encryption_->native.get(); }

  /// What the system does not take at once stays where it is.
  void write_plain(const char* bytes, std::size_t size) {
    const uv_buf_t whole = uv_buf_init(const_cast<char*>(bytes), static_cast<unsigned>(size));
    int taken = uv_try_write(stream(), &whole, 1);
    if (taken == UV_EAGAIN) taken = 0;
    check_uv(taken);
    if (static_cast<std::size_t>(taken) == size) return;
    const uv_buf_t left = uv_buf_init(whole.base + taken, static_cast<unsigned>(size) - static_cast<unsigned>(taken));
    check_uv(uv_write(&rest_, stream(), &left, 1, [](uv_write_t*, int status) {
      if (status != UV_ECANCELED) check_uv(status);
    }));
  }

  void flush() {
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(encryption_->out, &bytes);
    if (size <= 0) return;
    sending_.assign(bytes, bytes + size);
    static_cast<void>(BIO_reset(encryption_->out));
    write_plain(sending_.data(), sending_.size());
  }

  static void on_allocate(uv_handle_t* handle, std::size_t, uv_buf_t* into) {
    bare_end& self = *static_cast<bare_end*>(handle->data);
    *into = uv_buf_init(self.block_.data(), static_cast<unsigned>(self.block_.size()));
  }

  static void on_read(uv_stream_t* from, ssize_t status, const uv_buf_t* bytes) {
    if (status == UV_EAGAIN || status == 0) return;
    check_uv(static_cast<int>(status));
    static_cast<bare_end*>(from->data)->take(bytes->base, static_cast<std::size_t>(status));
  }

  void take(const char* bytes, std::size_t size) {
    if (!encryption_) {
      received += size;
      return on_received == nullptr ? void() : on_received(*this);
    }
    BIO_write(encryption_->in, bytes, static_cast<int>(size));
    if (!shake_hands()) return;
    const std::size_t before = received;
    for (int got; (got = SSL_read(ssl(), clear_.data(), static_cast<int>(clear_.size()))) > 0;) {
      received += static_cast<std::size_t>(got);
    }
    if (received != before && on_received != nullptr) on_received(*this);
  }

  uv_tcp_t handle_{};
  uv_write_t rest_{};
  std::unique_ptr<native_side> encryption_;
  std::vector<char> block_;    // what arrives
  std::vector<char> clear_;    // what was decrypted
  std::vector<char> sending_;  // what was encrypted
};

}  // namespace benchmarks
