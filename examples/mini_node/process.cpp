#include "process.hpp"

#include <array>
#include <csignal>
#include <cstddef>
#include <utility>

#ifndef _WIN32
#include <fcntl.h>
#include <sys/resource.h>
#endif

#include <uv.h>

#include <pappus/uv/stdio.hpp>

namespace mini_node {
namespace {

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

}  // namespace

void prepare_process() {
  occupy_standard_descriptors();
  ignore_hang_up();
  raise_descriptor_limit();
}

pappus::result<standard_streams> open_standard_streams(pappus::uv::loop& on) {
  standard_streams opened;
  PAPPUS_TRY(input, pappus::uv::open_descriptor(on, 0));
  PAPPUS_TRY(output, pappus::uv::open_descriptor(on, 1));
  PAPPUS_TRY(errors, pappus::uv::open_descriptor(on, 2));
  opened.input = std::move(input);
  opened.output = std::move(output);
  opened.errors = std::move(errors);
  opened.output_is_terminal = uv_guess_handle(1) == UV_TTY;
  return opened;
}

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

}  // namespace mini_node
