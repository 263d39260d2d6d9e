// Direct non-blocking writes to a socket that is a descriptor: see socket_writer.hpp. uv_try_write takes more
// instructions than the rest of a small message's path through this library, so the system call is made directly.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include <sys/uio.h>
#include <unistd.h>
#include <uv.h>

#include <pappus/io/stream.hpp>

#include "buffer.hpp"

namespace pappus::uv {

class socket_writer {
public:
  void open(uv_stream_t& socket) noexcept { uv_fileno(reinterpret_cast<uv_handle_t*>(&socket), &descriptor_); }

  [[nodiscard]] std::size_t write(std::span<const io::const_buffer> buffers) const noexcept {
    if (descriptor_ < 0) return 0;
    const auto taken = buffers.size() == 1 ? write_one(buffers.front()) : gather(buffers);
    return taken < 0 ? 0 : static_cast<std::size_t>(taken);
  }

private:
  [[nodiscard]] ssize_t write_one(io::const_buffer bytes) const noexcept {
    return ::write(descriptor_, bytes.data(), bytes.size());
  }

  [[nodiscard]] ssize_t gather(std::span<const io::const_buffer> buffers) const noexcept {
    std::array<iovec, buffers_per_write> list;
    const std::size_t count = std::min(buffers.size(), list.size());
    for (std::size_t i = 0; i < count; ++i) {
      list[i] = {const_cast<std::byte*>(buffers[i].data()), buffers[i].size()};
    }
    return ::writev(descriptor_, list.data(), static_cast<int>(count));
  }

  uv_os_fd_t descriptor_ = -1;
};

}  // namespace pappus::uv
