// A listening TCP socket on libuv.
#pragma once

#include <uv.h>

#include <pappus/io/runtime.hpp>
#include <pappus/uv/loop.hpp>

namespace pappus::uv {

/// Contains its libuv handle and lives until libuv has closed it, as `stream` does.
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
  bool waiting_ = false;   // libuv has a connection that no accept has taken
  bool open_ = false;      // the handle needs closing
  bool released_ = false;  // the owner has released this
};

}  // namespace pappus::uv
