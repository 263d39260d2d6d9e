// Files as streams.
#pragma once

#include <cstdint>
#include <string>

#include <pappus/io/stream.hpp>
#include <pappus/result.hpp>
#include <pappus/uv/loop.hpp>

namespace pappus::uv {

/// What a file is opened for.
enum class open_mode : std::uint8_t {
  read,    // an existing file, read from its start
  create,  // a new file, written from its start; fails if the name exists
};

/// Opens a file, synchronously on the calling thread; reads and writes run on a worker thread, from the start of the
/// file. A created file has mode 0600. Reads fail with `errc::end_of_stream` at the end. The file is closed when the
/// stream is destroyed. Fails with the system's reason.
[[nodiscard]] result<io::stream_ptr> open_file(loop& on, const std::string& path, open_mode use);

}  // namespace pappus::uv
