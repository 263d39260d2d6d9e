// Output queue for standard output or standard error, whose reader may be slow or gone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <pappus/coro/event.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/result.hpp>

namespace mini_node {

/// Callers add lines without blocking; one coroutine writes. Memory is bounded: above `drop_events_above` queued bytes,
/// events are dropped. Replies are never dropped, but above `take_no_commands_above` no more commands should be read.
class output {
public:
  /// Thresholds, in queued bytes.
  static constexpr std::size_t drop_events_above = std::size_t{4} << 20;
  static constexpr std::size_t take_no_commands_above = std::size_t{16} << 20;

  output() noexcept { room_.set(); }

  /// Describes the thresholds for the help text.
  [[nodiscard]] static std::string what_is_dropped();

  /// Add a line without its line end. `add_event` returns false if the line was dropped.
  bool add_event(std::string_view line);
  void add_answer(std::string_view line);

  /// Shows a line on a terminal until the next line or status; nothing if it is empty. Dropped while other output
  /// waits.
  void set_status(std::string_view status);

  /// Completes when commands may be read. Fails only with `errc::canceled`.
  [[nodiscard]] pappus::event::wait_operation room() noexcept { return room_.wait(); }

  /// Writes lines until `finish` was called and all are written. Fails like a write; after a failure all lines are
  /// dropped, since there is no reader.
  [[nodiscard]] pappus::task<pappus::result<void>> write_to(pappus::io::stream& to);

  /// No lines will be added any more.
  void finish();

  /// Whether a write has failed.
  [[nodiscard]] bool lost() const noexcept { return lost_; }

  [[nodiscard]] std::size_t bytes_waiting() const noexcept { return waiting_.size() + leaving_.size(); }
  [[nodiscard]] std::uint64_t events_dropped() const noexcept { return events_dropped_; }

private:
  void add(std::string_view line);
  void clear_status();
  void left();

  std::string waiting_;
  std::string leaving_;  // bytes being written
  std::uint64_t events_dropped_ = 0;
  pappus::event filled_;
  pappus::event room_;
  bool has_status_ = false;  // the last output is a status
  bool finished_ = false;
  bool lost_ = false;
};

}  // namespace mini_node
