// Copies of the test's process, each of which goes on in another way than the test: a crash or a hang is then an
// outcome like others.
#pragma once

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

#include <sys/wait.h>
#include <unistd.h>

namespace support {

class child_processes {
public:
  /// Called with the name of a child that ended in another way than by `end` with nothing to say, and with what it has
  /// written, and how it ended.
  using failure_handler = std::function<void(const std::string& name, const std::string& said)>;

  /// At most so many at once, each for at most `patience` seconds.
  child_processes(std::size_t jobs, unsigned patience, failure_handler failed)
      : jobs_(jobs), patience_(patience), failed_(std::move(failed)) {}
  child_processes(const child_processes&) = delete;
  child_processes& operator=(const child_processes&) = delete;
  ~child_processes() { wait_for_all(); }

  /// Returns twice, as `fork` does: true in the child, which must come to `end`. What the child writes to its standard
  /// output and error is part of what it says.
  bool start(std::string name) {
    while (running_.size() >= jobs_) wait_for_one();
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
    static_cast<void>(std::fflush(nullptr));
    const pid_t id = fork();
    if (id < 0) throw std::runtime_error("no process");
    if (id == 0) {
      close(ends[0]);
      dup2(ends[1], STDOUT_FILENO);
      dup2(ends[1], STDERR_FILENO);
      close(ends[1]);
      alarm(patience_);
      running_.clear();
      return true;
    }
    close(ends[1]);
    running_.push_back({std::move(name), id, ends[0]});
    ++started_;
    return false;
  }

  /// In a child: ends it. It has failed if it says anything.
  [[noreturn]] static void end(const std::string& says) {
    static_cast<void>(std::fwrite(says.data(), 1, says.size(), stdout));
    static_cast<void>(std::fflush(nullptr));
    _exit(says.empty() ? 0 : 1);
  }

  void wait_for_all() {
    while (!running_.empty()) wait_for_one();
  }

  [[nodiscard]] std::size_t started() const noexcept { return started_; }

private:
  struct child {
    std::string name;
    pid_t id;
    int output;
  };

  void wait_for_one() {
    const child oldest = std::move(running_.front());
    running_.pop_front();
    std::string said;
    std::array<char, 4096> some{};
    for (;;) {
      const ssize_t count = read(oldest.output, some.data(), some.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) break;
      said.append(some.data(), static_cast<std::size_t>(count));
    }
    close(oldest.output);
    int status = 0;
    while (waitpid(oldest.id, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status)) said += "\nended by signal " + std::to_string(WTERMSIG(status));
    else if (WEXITSTATUS(status) != 0) said += "\nended with status " + std::to_string(WEXITSTATUS(status));
    if (!said.empty()) failed_(oldest.name, said);
  }

  std::size_t jobs_;
  unsigned patience_;
  failure_handler failed_;
  std::size_t started_ = 0;
  std::deque<child> running_;
};

}  // namespace support
