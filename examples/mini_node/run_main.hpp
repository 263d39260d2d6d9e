// The main function of a program with a node.
#pragma once

#include <chrono>
#include <cstdlib>
#include <utility>

#include <pappus/uv/loop.hpp>

#include "../support/run_main.hpp"
#include "process.hpp"

namespace mini_node {

/// Time to wait at exit for a name lookup or disk operation that does not complete.
inline constexpr std::chrono::seconds patience_with_workers{1};

/// `Program` is constructed from the loop, the options and the streams; its `run` completes with whether it could run.
template <class Program, class Options>
int run_on_loop(const char* name, Options chosen) {
  pappus::uv::loop loop;
  auto streams = open_standard_streams(loop);
  if (!streams) return examples::fail(name, ("standard input or output: " + streams.error().message()).c_str());
  const auto run = [&] {
    Program program{loop, std::move(chosen), *std::move(streams)};
    survive_signals();
    return loop.run(program.run()) ? 0 : examples::failed_status;
  };
  const int status = run();  // the program is destroyed when it returns
  if (!loop.drain(patience_with_workers)) std::_Exit(status);
  return status;
}

/// `read_options` returns the options, or an `early_exit`. Returns the exit status.
template <class Program, class Function>
int run_main(const char* name, Function read_options) {
  prepare_process();
  return examples::run_main(name, std::move(read_options),
                            [name](auto chosen) { return run_on_loop<Program>(name, std::move(chosen)); });
}

}  // namespace mini_node
