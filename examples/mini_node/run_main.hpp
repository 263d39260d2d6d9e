// The main function of a program with a node.
#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <utility>

#include <pappus/result.hpp>
#include <pappus/uv/loop.hpp>

#include "node_options.hpp"
#include "process.hpp"

namespace mini_node {

inline constexpr int cannot_run_status = 1;

/// Time to wait at exit for a name lookup or disk operation that does not complete.
inline constexpr std::chrono::seconds patience_with_workers{1};

inline int cannot_run(const char* name, const char* why) {
  std::fprintf(stderr, "%s: %s\n", name, why);
  return cannot_run_status;
}

/// `Program` is constructed from the loop, the options and the streams; its `run` completes with whether it could run.
template <class Program, class Options>
int run_on_loop(const char* name, Options chosen) {
  pappus::uv::loop loop;
  auto streams = open_standard_streams(loop);
  if (!streams) return cannot_run(name, ("standard input or output: " + streams.error().message()).c_str());
  const auto run = [&] {
    Program program{loop, std::move(chosen), *std::move(streams)};
    survive_signals();
    return loop.run(program.run()) ? 0 : cannot_run_status;
  };
  const int status = run();  // the program is destroyed when it returns
  if (!loop.drain(patience_with_workers)) std::_Exit(status);
  return status;
}

/// `read_options` returns the options, or an `early_exit`. Returns the exit status.
template <class Program, class Function>
int run_main(const char* name, Function read_options) {
  prepare_process();
  try {
    auto chosen = read_options();
    if (chosen) return run_on_loop<Program>(name, *std::move(chosen));
    const early_exit& instead = chosen.error();
    if (instead.status == 0) std::fputs(instead.text.c_str(), stdout);
    else static_cast<void>(cannot_run(name, instead.text.c_str()));
    return instead.status;
  } catch (const std::exception& thrown) {
    return cannot_run(name, thrown.what());
  }
}

}  // namespace mini_node
