// Open descriptors, such as standard input and output, as streams.
#pragma once

#include <pappus/io/stream.hpp>
#include <pappus/result.hpp>
#include <pappus/uv/loop.hpp>

namespace pappus::uv {

/// Makes a stream from an open descriptor: a pipe, socket, terminal, file or device such as /dev/null. The first three
/// never block the loop; files and devices are read and written on a worker thread. Reads fail with
/// `errc::end_of_stream` at the end. Closing the stream closes the descriptor of a pipe or socket, but of no other
/// kind.
[[nodiscard]] result<io::stream_ptr> open_descriptor(loop& on, int descriptor);

}  // namespace pappus::uv
