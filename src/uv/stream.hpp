// A stream on a libuv handle: TCP, pipe or terminal.
#pragma once

#include <memory>

#include <uv.h>

#include <pappus/io/runtime.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/uv/loop.hpp>

#include "socket_writer.hpp"

namespace pappus::uv {

/// Contains its libuv handle and lives until libuv has called the close callback, even if the owner releases it
/// earlier.
class stream final : public io::stream {
public:
  explicit stream(loop& on) noexcept;

  [[nodiscard]] uv_handle_t& handle() noexcept { return handle_.any; }
  [[nodiscard]] uv_stream_t& as_stream() noexcept { return handle_.stream; }
  [[nodiscard]] uv_tcp_t& as_tcp() noexcept { return handle_.tcp; }
  [[nodiscard]] uv_pipe_t& as_pipe() noexcept { return handle_.pipe; }
  [[nodiscard]] uv_tty_t& as_tty() noexcept { return handle_.tty; }

  /// Call after the handle's init function has succeeded: from then on the handle must be closed before this is freed.
  void initialized() noexcept {
    handle_.any.data = this;
    open_ = true;
  }

  /// Call when the connection is established, before any byte is sent.
  void established() noexcept;

  /// Starts to connect; `operation` is completed in any case.
  void connect(io::connect_operation& operation);
  void abandon_connect() noexcept;

  [[nodiscard]] io::endpoint local_endpoint() const noexcept override;
  [[nodiscard]] io::endpoint remote_endpoint() const noexcept override;

private:
  ~stream() override = default;

  bool begin_read() noexcept override;
  std::size_t try_write(std::span<const io::const_buffer> buffers) noexcept override;
  bool begin_write() noexcept override;
  void abandon_write() noexcept override { close_handle(); }
  void begin_close() noexcept override { close_handle(); }
  void release() noexcept override;

  /// A libuv request. A stream that has been accepted, and whose peer reads fast, never needs one.
  union any_request {
    uv_connect_t connect;
    uv_write_t write;
  };

  /// Null if there is no memory.
  [[nodiscard]] any_request* prepare_request() noexcept;
  void close_handle() noexcept;
  int write_now() noexcept;
  int write_in_background() noexcept;
  void connected(int status);
  void on_allocate(uv_buf_t& into) noexcept;
  void on_read(ssize_t status, const uv_buf_t& bytes) noexcept;
  void deliver_and_keep(io::const_buffer rest);
  void reading_ended(ssize_t status) noexcept;
  void on_written(int status) noexcept;

  loop& on_;
  union {
    uv_handle_t any;
    uv_stream_t stream;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
    uv_tty_t tty;
  } handle_{};
  std::unique_ptr<any_request> request_;  // of the operation in progress, from the first one on that needs it
  socket_writer immediate_;
  io::connect_operation* connecting_ = nullptr;
  io::const_buffer rest_;              // received bytes that no read has taken yet
  std::unique_ptr<std::byte[]> kept_;  // the memory of `rest_` after the read callback has returned
  std::size_t in_background_ = 0;      // bytes of the write request
  bool open_ = false;                  // the handle needs closing
  bool released_ = false;              // the owner has released this
  bool started_ = false;               // uv_read_start is active
  bool in_place_ = false;              // libuv reads into the reader's own buffer
};

}  // namespace pappus::uv
