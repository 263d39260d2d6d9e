// A UDP socket on libuv.
#pragma once

#include <optional>

#include <uv.h>

#include <pappus/io/datagram.hpp>
#include <pappus/uv/loop.hpp>

namespace pappus::uv {

/// Contains its libuv handle and lives until libuv has closed it, as `listener` does. Datagrams wait in the system's
/// receive buffer, which is bounded, and nowhere else.
class datagram_socket final : public io::datagram_socket {
public:
  [[nodiscard]] static result<io::datagram_socket_ptr> open(loop& on, io::endpoint local,
                                                            const std::optional<io::endpoint>& remote);

  [[nodiscard]] result<void> send(io::const_buffer bytes) noexcept override;
  [[nodiscard]] result<void> send_to(io::const_buffer bytes, io::endpoint to) noexcept override;
  void close() noexcept override;
  [[nodiscard]] io::endpoint local_endpoint() const noexcept override;

private:
  explicit datagram_socket(loop& on) noexcept : on_(on) {}
  ~datagram_socket() override = default;

  void begin(io::receive_operation& operation) override;
  void abandon(io::receive_operation& /*operation*/) noexcept override { receiving_ = nullptr; }
  void release() noexcept override;

  [[nodiscard]] int bind_and_connect(io::endpoint local, const std::optional<io::endpoint>& remote) noexcept;
  [[nodiscard]] int arm() noexcept;
  [[nodiscard]] result<void> try_send(io::const_buffer bytes, const sockaddr* to) noexcept;
  [[nodiscard]] bool closing() const noexcept;
  void on_received(ssize_t size, const uv_buf_t& into, const sockaddr* from, unsigned flags);

  loop& on_;
  std::optional<io::endpoint> remote_;  // that it is connected to
  uv_udp_t handle_{};
  io::receive_operation* receiving_ = nullptr;
  bool armed_ = false;     // libuv polls for datagrams
  bool open_ = false;      // the handle needs closing
  bool released_ = false;  // the owner has released this
};

}  // namespace pappus::uv
