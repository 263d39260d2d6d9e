// Conversion of buffers to libuv's form.
#pragma once

#include <algorithm>
#include <cstddef>

#include <uv.h>

#include <pappus/io/stream.hpp>

namespace pappus::uv {

/// Buffers that are passed to the system in one call, count. What is left takes another call.
inline constexpr std::size_t buffers_per_write = 16;

/// At most 1 GiB of `bytes`: where `uv_buf_t::len` has 32 bits, a longer length would be truncated silently.
inline uv_buf_t to_buf(io::const_buffer bytes) noexcept {
  uv_buf_t buffer;
  buffer.base = const_cast<char*>(reinterpret_cast<const char*>(bytes.data()));
  buffer.len = static_cast<decltype(buffer.len)>(std::min<std::size_t>(bytes.size(), std::size_t{1} << 30));
  return buffer;
}

}  // namespace pappus::uv
