// What a program with a node does to its process: descriptors, signals and limits.
#pragma once

#include <pappus/io/stream.hpp>
#include <pappus/result.hpp>
#include <pappus/uv/loop.hpp>

namespace mini_node {

/// Streams of the three standard descriptors.
struct standard_streams {
  pappus::io::stream_ptr input;
  pappus::io::stream_ptr output;
  pappus::io::stream_ptr errors;
  bool output_is_terminal = false;
};

/// To be called first: opens closed standard descriptors, ignores SIGHUP and raises the limit of descriptors.
void prepare_process();

[[nodiscard]] pappus::result<standard_streams> open_standard_streams(pappus::uv::loop& on);

/// Prevents SIGINT and SIGTERM from killing the process, even after the program's own signal handles are closed:
/// libuv's handler stays installed while any loop has a handle for the signal, and these exist until the process ends.
void survive_signals();

}  // namespace mini_node
