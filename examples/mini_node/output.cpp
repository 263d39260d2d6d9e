// Queues lines, and writes them as fast as the reader takes them.
#include "output.hpp"

#include <utility>

namespace mini_node {
namespace {

/// Buffer memory above this is released after writing, bytes.
constexpr std::size_t output_memory = std::size_t{64} << 10;

std::string in_mebibytes(std::size_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

}  // namespace

std::string output::what_is_dropped() {
  return "Output may be read late or never: while\n" + in_mebibytes(drop_events_above) +
         " of it wait, events are dropped (stats counts them); while " + in_mebibytes(take_no_commands_above) +
         " wait, no\nmore commands are read. Answers are never dropped.";
}

bool output::add_event(std::string_view line) {
  if (lost_ || bytes_waiting() > drop_events_above) {
    ++events_dropped_;
    return false;
  }
  add(line);
  return true;
}

void output::add_answer(std::string_view line) {
  if (!lost_) add(line);
}

void output::set_status(std::string_view status) {
  if (lost_ || bytes_waiting() != 0) return;
  clear_status();
  waiting_ += status;
  has_status_ = !status.empty();
  filled_.set();
}

void output::clear_status() {
  constexpr std::string_view back_and_erase = "\r\x1b[K";
  if (std::exchange(has_status_, false)) waiting_ += back_and_erase;
}

void output::add(std::string_view line) {
  clear_status();
  waiting_ += line;
  waiting_ += '\n';
  if (bytes_waiting() > take_no_commands_above) room_.reset();
  filled_.set();
}

pappus::task<pappus::result<void>> output::write_to(pappus::io::stream& to) {
  for (;;) {
    while (waiting_.empty()) {
      if (finished_) co_return pappus::result<void>{};
      filled_.reset();
      PAPPUS_CO_TRY_DISCARD(co_await filled_.wait());
    }
    leaving_ = std::exchange(waiting_, {});
    auto written = co_await to.write_all(leaving_);
    lost_ = !written;
    left();
    if (lost_) co_return written;
  }
}

/// Called after a write has completed or failed.
void output::left() {
  if (leaving_.capacity() > output_memory) leaving_ = {};
  leaving_.clear();
  if (lost_) waiting_ = {};
  if (bytes_waiting() <= take_no_commands_above) room_.set();
}

void output::finish() {
  clear_status();
  finished_ = true;
  filled_.set();
}

}  // namespace mini_node
