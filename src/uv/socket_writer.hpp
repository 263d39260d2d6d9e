// Direct non-blocking writes to a socket. uv_try_write takes more instructions than the rest of a small message's path
// through this library, so where a socket is a descriptor, the system call is made directly. That is safe only while
// libuv has no write of its own in progress on the socket; the caller must ensure that.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include <uv.h>

#include <pappus/io/stream.hpp>

#ifdef _WIN32
#include "buffer.hpp"
#else
#include <sys/uio.h>
#include <unistd.h>
#endif

namespace pappus::uv {

/// Writes to a connected libuv socket; takes no bytes until opened.
class socket_writer {
public:
  void open(uv_stream_t& socket) noexcept {
#ifdef _WIN32
    socket_ = &socket;
#else
    uv_fileno(reinterpret_cast<uv_handle_t*>(&socket), &descriptor_);
#endif
  }

  /// Returns how many bytes were taken, 0 also on failure. Looks at 16 buffers at most.
  [[nodiscard]] std::size_t write(std::span<const io::const_buffer> buffers) const noexcept {
    if (!is_open()) return 0;
    const auto taken = buffers.size() == 1 ? write_one(buffers.front()) : gather(buffers);
    return taken < 0 ? 0 : static_cast<std::size_t>(taken);
  }

private:
  static constexpr std::size_t most = 16;

#ifdef _WIN32
  [[nodiscard]] bool is_open() const noexcept { return socket_ != nullptr; }
  [[nodiscard]] int write_one(io::const_buffer bytes) const noexcept { return gather({&bytes, 1}); }
  [[nodiscard]] int gather(std::span<const io::const_buffer> buffers) const noexcept {
    std::array<uv_buf_t, most> list;
    const std::size_t count = std::min(buffers.size(), most);
    for (std::size_t i = 0; i < count; ++i) list[i] = to_buf(buffers[i]);
    return uv_try_write(socket_, list.data(), static_cast<unsigned>(count));
  }

  uv_stream_t* socket_ = nullptr;
#else
  [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
  [[nodiscard]] ssize_t write_one(io::const_buffer bytes) const noexcept {
    return ::write(descriptor_, bytes.data(), bytes.size());
  }
  [[nodiscard]] ssize_t gather(std::span<const io::const_buffer> buffers) const noexcept {
    std::array<iovec, most> list;
    const std::size_t count = std::min(buffers.size(), most);
    for (std::size_t i = 0; i < count; ++i) {
      list[i] = {const_cast<std::byte*>(buffers[i].data()), buffers[i].size()};
    }
    return ::writev(descriptor_, list.data(), static_cast<int>(count));
  }

  uv_os_fd_t descriptor_ = -1;
#endif
};

}  // namespace pappus::uv
