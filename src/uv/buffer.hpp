// Our buffers in libuv's form.
#pragma once

#include <algorithm>
#include <cstddef>

#include <uv.h>

#include <pappus/io/stream.hpp>

namespace pappus::uv {

/// At most a gibibyte of it: where a length has 32 bits, more would be cut off silently.
inline uv_buf_t to_buf(io::const_buffer bytes) noexcept {
  uv_buf_t buffer;
  buffer.base = const_cast<char*>(reinterpret_cast<const char*>(bytes.data()));
  buffer.len = static_cast<decltype(buffer.len)>(std::min<std::size_t>(bytes.size(), std::size_t{1} << 30));
  return buffer;
}

}  // namespace pappus::uv
