// Lines on their way to standard output or standard error, whose reader may be slow, or gone.
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

/// Whoever has something to say adds a line and goes on; one coroutine writes. Memory is bounded: while too much waits,
/// events are dropped; answers never are, but while far too much waits no more commands should be taken.
class output {
public:
  /// Bytes that wait.
  static constexpr std::size_t drop_events_above = std::size_t{4} << 20;
  static constexpr std::size_t take_no_commands_above = std::size_t{16} << 20;

  output() noexcept { room_.set(); }

  /// The same in words, for the help.
  [[nodiscard]] static std::string what_is_dropped();

  /// The line ends are put in here. False if the line was dropped.
  bool add_event(std::string_view line);
  void add_answer(std::string_view line);

  /// Completes when commands may be taken. Fails only with `errc::canceled`.
  [[nodiscard]] pappus::event::wait_operation room() noexcept { return room_.wait(); }

  /// Writes what there is, until all is written and nothing more is to come. Fails as writes do; from then on
  /// everything is dropped, for nobody will read it.
  [[nodiscard]] pappus::task<pappus::result<void>> write_to(pappus::io::stream& to);

  /// Nothing more will be added.
  void finish() noexcept;

  /// Whether writing has failed.
  [[nodiscard]] bool lost() const noexcept { return lost_; }

  [[nodiscard]] std::size_t bytes_waiting() const noexcept { return waiting_.size() + leaving_.size(); }
  [[nodiscard]] std::uint64_t events_dropped() const noexcept { return events_dropped_; }

private:
  void add(std::string_view line);
  void left();

  std::string waiting_;
  std::string leaving_;  // being written
  std::uint64_t events_dropped_ = 0;
  pappus::event filled_;
  pappus::event room_;
  bool finished_ = false;
  bool lost_ = false;
};

}  // namespace mini_node
