// Files as streams.
#pragma once

#include <cstdint>
#include <string>

#include <pappus/io/stream.hpp>
#include <pappus/result.hpp>
#include <pappus/uv/loop.hpp>

namespace pappus::uv {

enum class open_mode : std::uint8_t {
  read,    // a file that is there, from its start
  create,  // a new one, to be written from its start; there must be none of that name
};

/// Opens a file, at once and on the calling thread; it is read and written on a worker thread, from its start on. Reads
/// give `errc::end_of_stream` at the end. It is closed when the stream is destroyed. Fails with the system's reason.
[[nodiscard]] result<io::stream_ptr> open_file(loop& on, const std::string& path, open_mode use);

}  // namespace pappus::uv
