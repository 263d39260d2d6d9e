// pappus-node: a command-line node.
#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <utility>

#ifndef _WIN32
#include <fcntl.h>
#include <sys/resource.h>
#endif

#include <uv.h>

#include <pappus/uv/loop.hpp>
#include <pappus/uv/stdio.hpp>

#include "options.hpp"
#include "program.hpp"

namespace {

constexpr int cannot_run = 1;

/// Time to wait at exit for a name lookup or disk operation that does not complete.
constexpr std::chrono::seconds patience_with_workers{1};

/// Opens closed standard descriptors on /dev/null. The parent process may have closed them, and a socket must not get
/// their numbers.
void occupy_standard_descriptors() {
#ifndef _WIN32
  for (int descriptor = 0; descriptor != 3; ++descriptor) {
    if (::fcntl(descriptor, F_GETFD) == -1) static_cast<void>(::open("/dev/null", O_RDWR));
  }
#endif
}

/// Ignores SIGHUP: the node keeps running when its terminal or login session ends.
void ignore_hang_up() {
#ifdef SIGHUP
  std::signal(SIGHUP, SIG_IGN);
#endif
}

/// Raises the descriptor limit: connections need descriptors, and the default limit is low for the sake of programs
/// that use select().
void raise_descriptor_limit() {
#ifndef _WIN32
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
#endif
}

/// Prevents SIGINT and SIGTERM from killing the process, even after the program's own signal handles are closed:
/// libuv's handler stays installed while any loop has a handle for the signal, and these exist until the process ends.
void survive_signals() {
  static uv_loop_t never_run;
  static std::array<uv_signal_t, 2> handles;
  if (uv_loop_init(&never_run) != 0) return;
  constexpr std::array<int, 2> numbers{SIGINT, SIGTERM};
  for (std::size_t i = 0; i != numbers.size(); ++i) {
    uv_signal_init(&never_run, &handles[i]);
    uv_signal_start(
        &handles[i], [](uv_signal_t*, int) noexcept {}, numbers[i]);
  }
}

pappus::result<mini_node::standard_streams> open_standard_streams(pappus::uv::loop& on) {
  mini_node::standard_streams opened;
  PAPPUS_TRY(input, pappus::uv::open_descriptor(on, 0));
  PAPPUS_TRY(output, pappus::uv::open_descriptor(on, 1));
  PAPPUS_TRY(errors, pappus::uv::open_descriptor(on, 2));
  opened.input = std::move(input);
  opened.output = std::move(output);
  opened.errors = std::move(errors);
  return opened;
}

int run_on(pappus::uv::loop& loop, mini_node::options chosen, mini_node::standard_streams streams) {
  mini_node::program program{loop, std::move(chosen), std::move(streams)};
  survive_signals();
  return loop.run(program.run()) ? 0 : cannot_run;
}

int run(mini_node::options chosen) {
  pappus::uv::loop loop;
  auto streams = open_standard_streams(loop);
  if (!streams) {
    std::fprintf(stderr, "pappus-node: standard input or output: %s\n", streams.error().message().c_str());
    return cannot_run;
  }
  const int status = run_on(loop, std::move(chosen), std::move(*streams));
  if (!loop.drain(patience_with_workers)) std::_Exit(status);
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  occupy_standard_descriptors();
  ignore_hang_up();
  raise_descriptor_limit();
  try {
    auto chosen = mini_node::read_options(argc, argv);
    if (chosen) return run(std::move(*chosen));
    const auto& instead = chosen.error();
    if (instead.status == 0) std::fputs(instead.text.c_str(), stdout);
    else std::fprintf(stderr, "pappus-node: %s\n", instead.text.c_str());
    return instead.status;
  } catch (const std::exception& thrown) {
    std::fprintf(stderr, "pappus-node: %s\n", thrown.what());
    return cannot_run;
  }
}
