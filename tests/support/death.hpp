// Code that ends its process, run in a forked child.
#pragma once

#include <cstddef>
#include <string>

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

/// The status from `waitpid` of a child process that ran `code`: 0 if it returned. Its output is dropped, and the
/// signal handlers of the test runner are not called.
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

/// The standard error output of a child process that ran `code` and was terminated; empty if it was not.
template <class Code>
std::string words_of_death(Code code) {
  int ends[2];
  if (::pipe(ends) != 0) return "no pipe";
  constexpr int terminated = 42;
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    std::set_terminate([] { _exit(terminated); });
    code();
    _exit(0);
  }
  close(ends[1]);
  std::string words;
  char piece[256];
  for (ssize_t count = 0; (count = ::read(ends[0], piece, sizeof piece)) > 0;)
    words.append(piece, static_cast<std::size_t>(count));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == terminated ? words : std::string{};
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
template <class Code>
std::string words_of_death(Code /*code*/) {
  return {};
}

#endif

}  // namespace support
