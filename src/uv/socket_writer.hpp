// Direct non-blocking writes to a connected socket, by the class `socket_writer` of the platform:
//
//     void open(uv_stream_t& socket) noexcept;
//     std::size_t write(std::span<const io::const_buffer> buffers) const noexcept;
//
// `write` returns how many bytes were taken: 0 also on failure, and until `open` was called. It looks at 16 buffers at
// most. It is safe only while libuv has no write of its own in progress on the socket; the caller must ensure that.
#pragma once

#ifdef _WIN32
#include "socket_writer_windows.hpp"
#else
#include "socket_writer_posix.hpp"
#endif
