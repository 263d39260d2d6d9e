// How code ends the process, tried in a forked child.
#pragma once

#if defined(__unix__) || defined(__APPLE__)
#include <csignal>
#include <exception>
#include <initializer_list>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace support {

#if defined(__unix__) || defined(__APPLE__)

inline constexpr bool can_fork = true;

/// How a child process that ran `code` ended, as `waitpid` says it: 0 if it came to the end. What it prints is dropped,
/// and the test runner's handlers do not see its signals.
template <class Code>
int status_of(Code code) {
  const pid_t child = fork();
  if (child == 0) {
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    for (const int number : {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV}) std::signal(number, SIG_DFL);
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    code();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

template <class Code>
bool terminates(Code code) {
  constexpr int terminated = 42;
  const int status = status_of([&] {
    std::set_terminate([] { _exit(terminated); });
    code();
  });
  return WIFEXITED(status) && WEXITSTATUS(status) == terminated;
}

#else

inline constexpr bool can_fork = false;

template <class Code>
int status_of(Code /*code*/) {
  return 0;
}
template <class Code>
bool terminates(Code /*code*/) {
  return false;
}

#endif

}  // namespace support
