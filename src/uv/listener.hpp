// A listening TCP socket on libuv.
#pragma once

#include <uv.h>

#include <pappus/io/network.hpp>
#include <pappus/uv/loop.hpp>

namespace pappus::uv {

/// The handle's own block, as `stream` is.
class listener final : public io::listener {
public:
  [[nodiscard]] static result<io::listener_ptr> open(loop& on, io::endpoint local);

  void close() noexcept override;
  [[nodiscard]] io::endpoint local_endpoint() const noexcept override;

private:
  explicit listener(loop& on) noexcept : on_(on) {}
  ~listener() override = default;

  void begin(io::accept_operation& operation) override;
  void abandon(io::accept_operation& /*operation*/) noexcept override { accepting_ = nullptr; }
  void release() noexcept override;

  [[nodiscard]] int bind_and_listen(io::endpoint local) noexcept;
  [[nodiscard]] result<io::stream_ptr> take() noexcept;
  void on_connection(int status);

  loop& on_;
  uv_tcp_t handle_{};
  io::accept_operation* accepting_ = nullptr;
  bool waiting_ = false;   // libuv holds a connection that nobody has taken
  bool open_ = false;      // the handle needs closing
  bool released_ = false;  // nobody owns this any more
};

}  // namespace pappus::uv
