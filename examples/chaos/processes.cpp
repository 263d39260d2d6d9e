#include "processes.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "link_keys.hpp"
#include "report.hpp"

namespace chaos {
namespace {

/// What the process does that was forked for a plan.
[[noreturn]] void be_child(const plan& what, int into, std::chrono::seconds patience) {
  alarm(static_cast<unsigned>(patience.count()));
  std::string text;
  try {
    text = to_text(run_plan(what));
  } catch (const std::exception& thrown) {
    outcome how;
    how.end = run_end::crashed;
    how.broken = violation{"the simulation throws nothing", thrown.what(), {}};
    text = to_text(how);
  }
  const bool written = write(into, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  std::fflush(nullptr);
  _exit(written ? 0 : 1);
}

std::string read_all(int from) {
  std::string text;
  char room[4096];
  for (ssize_t got = 0; (got = read(from, room, sizeof room)) > 0;) text.append(room, static_cast<std::size_t>(got));
  close(from);
  return text;
}

outcome outcome_of(int status, const std::string& text, std::chrono::seconds patience) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    if (auto how = outcome_from_text(text)) return *std::move(how);
  }
  outcome how;
  const bool is_late = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
  how.end = is_late ? run_end::out_of_patience : run_end::crashed;
  if (is_late) {
    how.broken = violation{"a run ends", fmt::format("killed after the {} s of --patience", patience.count()), {}};
  } else {
    how.broken = violation{"the program does not crash", fmt::format("status {:#x}", status), {}};
  }
  return how;
}

}  // namespace

void processes::start(const plan& what, std::size_t place) {
  int ends[2];
  make_link_keys();
  std::fflush(nullptr);  // or both would write what is buffered
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t id = fork();
  if (id < 0) throw std::runtime_error("no process");
  if (id == 0) {
    close(ends[0]);
    be_child(what, ends[1], patience_);
  }
  close(ends[1]);
  running_[id] = {place, ends[0]};
}

std::pair<std::size_t, outcome> processes::wait() {
  int status = 0;
  const pid_t id = waitpid(-1, &status, 0);
  const auto found = running_.find(id);
  if (found == running_.end()) throw std::runtime_error("no child to wait for");
  const child ended = found->second;
  running_.erase(found);
  return {ended.place, outcome_of(status, read_all(ended.pipe), patience_)};
}

void processes::run(const std::function<std::optional<plan>()>& next,
                    const std::function<void(const plan&, outcome)>& done) {
  std::map<std::size_t, plan> begun;
  std::map<std::size_t, outcome> ended;
  std::size_t started = 0;
  std::size_t told = 0;
  for (bool more = true; more || !running_.empty();) {
    while (more && running_.size() < jobs_) {
      auto what = next();
      more = what.has_value();
      if (!more) break;
      start(*what, started);
      begun.emplace(started++, *std::move(what));
    }
    if (!running_.empty()) ended.insert(wait());
    for (auto first = ended.find(told); first != ended.end(); first = ended.find(++told)) {
      done(begun.at(told), std::move(first->second));
      begun.erase(told);
      ended.erase(first);
    }
  }
}

std::vector<outcome> processes::run(const std::vector<plan>& all) {
  std::vector<outcome> outcomes;
  std::size_t at = 0;
  run([&]() -> std::optional<plan> { return at == all.size() ? std::nullopt : std::optional{all[at++]}; },
      [&](const plan&, outcome how) { outcomes.push_back(std::move(how)); });
  return outcomes;
}

}  // namespace chaos
