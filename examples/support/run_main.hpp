// The main function of a program that has a command line.
#pragma once

#include <cstdio>
#include <exception>
#include <string>
#include <utility>

#include <pappus/printable.hpp>

namespace examples {

inline constexpr int failed_status = 1;
inline constexpr int bad_usage_status = 2;

/// The program exits without running: `text` goes to standard output if the status is 0, otherwise to standard error,
/// as one line.
struct early_exit {
  int status = 0;
  std::string text;
};

[[nodiscard]] inline early_exit bad_usage(const std::string& why) { return {bad_usage_status, pappus::printable(why)}; }

inline int fail(const char* program, const char* why, int status = failed_status) {
  std::fprintf(stderr, "%s: %s\n", program, why);
  return status;
}

/// The main function of a program. `read_options`: returns a result of options or an `early_exit`. `run`: called with
/// the options; returns the exit status. An exception of either is printed, and the program has failed.
template <class ReadOptions, class Run>
int run_main(const char* program, ReadOptions read_options, Run run) {
  try {
    auto chosen = read_options();
    if (chosen) return run(*std::move(chosen));
    const early_exit& instead = chosen.error();
    if (instead.status != 0) return fail(program, instead.text.c_str(), instead.status);
    std::fputs(instead.text.c_str(), stdout);
    return 0;
  } catch (const std::exception& thrown) {
    return fail(program, thrown.what());
  }
}

}  // namespace examples
