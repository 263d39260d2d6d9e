#include "progress.hpp"

#include <cstdio>
#include <string>

#include <fmt/format.h>
#include <uv.h>

namespace anonymity {
namespace {

constexpr std::size_t width = 40;

bool on_a_terminal() { return uv_guess_handle(2) == UV_TTY; }

}  // namespace

progress::progress(std::size_t steps, bool silent)
    : steps_(steps),
      form_(silent            ? form::none
            : on_a_terminal() ? form::bar
                              : form::lines) {}

progress::~progress() {
  if (form_ == form::bar) std::fputs("\r\x1b[K", stderr);
}

void progress::advance() {
  const std::lock_guard held{guard_};
  ++done_;
  if (form_ == form::bar) show_bar();
  const bool another_tenth = done_ * 10 / steps_ != (done_ - 1) * 10 / steps_;
  if (form_ == form::lines && another_tenth) show_line();
}

double progress::seconds_left() const {
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start_;
  return passed.count() / static_cast<double>(done_) * static_cast<double>(steps_ - done_);
}

void progress::show_bar() const {
  const std::size_t full = done_ * width / steps_;
  const std::string bar = std::string(full, '#') + std::string(width - full, '.');
  fmt::print(stderr, "\r[{}] {} of {} graphs, {:.0f} s left\x1b[K", bar, done_, steps_, seconds_left());
}

void progress::show_line() const {
  fmt::print(stderr, "{} of {} graphs, {:.0f} s left\n", done_, steps_, seconds_left());
}

}  // namespace anonymity
