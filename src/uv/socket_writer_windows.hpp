// Direct non-blocking writes to a socket on Windows, by libuv: see socket_writer.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include <uv.h>

#include <pappus/io/stream.hpp>

#include "buffer.hpp"

namespace pappus::uv {

class socket_writer {
public:
  void open(uv_stream_t& socket) noexcept { socket_ = &socket; }

  [[nodiscard]] std::size_t write(std::span<const io::const_buffer> buffers) const noexcept {
    if (socket_ == nullptr) return 0;
    std::array<uv_buf_t, buffers_per_write> list;
    const std::size_t count = std::min(buffers.size(), list.size());
    for (std::size_t i = 0; i < count; ++i) list[i] = to_buf(buffers[i]);
    const int taken = uv_try_write(socket_, list.data(), static_cast<unsigned>(count));
    return taken < 0 ? 0 : static_cast<std::size_t>(taken);
  }

private:
  uv_stream_t* socket_ = nullptr;
};

}  // namespace pappus::uv
