// Standard input and output as streams, whatever stands behind them.
#pragma once

#include <pappus/io/stream.hpp>
#include <pappus/result.hpp>
#include <pappus/uv/loop.hpp>

namespace pappus::uv {

/// A stream on an open descriptor: a pipe, a socket, a terminal, a file or a device such as /dev/null. The first three
/// never block the loop; files and devices are read and written on a worker thread. Reads give `errc::end_of_stream` at
/// the end. The descriptor stays open when the stream is closed, except a pipe's or socket's.
[[nodiscard]] result<io::stream_ptr> open_descriptor(loop& on, int descriptor);

}  // namespace pappus::uv
