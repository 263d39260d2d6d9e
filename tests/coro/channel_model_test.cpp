// A channel compared with a model, over random schedules of sends, receives, stops and a close.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <ostream>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/channel.hpp>

#include "support/manual_loop.hpp"

namespace channel_model_test {

using pappus::channel;
using pappus::errc;
using pappus::result;
using pappus::task;
using support::manual_loop;
using support::started;

namespace {

/// A generator with the same numbers on every platform, unlike the standard distributions.
class random_numbers {
public:
  explicit random_numbers(std::uint64_t seed) noexcept : state_(seed * 2 + 1) {}
  std::size_t below(std::size_t bound) noexcept {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::size_t>(state_ >> 33U) % bound;
  }

private:
  std::uint64_t state_;
};

enum class outcome { pending, succeeded, closed, canceled };

/// The expected result of a coroutine that sends or receives one value.
struct expectation {
  explicit expectation(std::optional<int> value) : sent(value) {}
  [[nodiscard]] bool sends() const { return sent.has_value(); }

  std::optional<int> sent;
  std::optional<int> received;
  outcome ends = outcome::pending;
  bool stopped = false;
};

/// The model: lists and loops.
class model {
public:
  explicit model(std::size_t capacity) : capacity_(capacity) {}

  bool try_send(int value) {
    if (closed_) return false;
    if (!receivers_.empty()) {
      receivers_.front()->received = value;
      receivers_.front()->ends = outcome::succeeded;
      receivers_.pop_front();
      return true;
    }
    if (inside_.size() == capacity_) return false;
    inside_.push_back(value);
    return true;
  }

  std::optional<int> try_receive() {
    if (inside_.empty()) return std::nullopt;
    const int oldest = inside_.front();
    inside_.pop_front();
    if (!senders_.empty()) {
      inside_.push_back(*senders_.front()->sent);
      senders_.front()->ends = outcome::succeeded;
      senders_.pop_front();
    }
    return oldest;
  }

  void begin(expectation& operation) {
    if (operation.sends()) {
      if (closed_) operation.ends = outcome::closed;
      else if (try_send(*operation.sent)) operation.ends = outcome::succeeded;
      else wait(operation, senders_);
    } else {
      operation.received = try_receive();
      if (operation.received) operation.ends = outcome::succeeded;
      else if (closed_) operation.ends = outcome::closed;
      else wait(operation, receivers_);
    }
  }

  void stop(expectation& operation) {
    operation.stopped = true;
    auto& waiting = operation.sends() ? senders_ : receivers_;
    const auto found = std::find(waiting.begin(), waiting.end(), &operation);
    if (found == waiting.end()) return;
    waiting.erase(found);
    operation.ends = outcome::canceled;
  }

  void close() {
    closed_ = true;
    for (auto* waiting : {&senders_, &receivers_}) {
      for (expectation* each : *waiting) each->ends = outcome::closed;
      waiting->clear();
    }
  }

  [[nodiscard]] std::size_t size() const { return inside_.size(); }

private:
  static void wait(expectation& operation, std::deque<expectation*>& among) {
    if (operation.stopped) operation.ends = outcome::canceled;
    else among.push_back(&operation);
  }

  std::size_t capacity_;
  bool closed_ = false;
  std::deque<int> inside_;
  std::deque<expectation*> senders_;
  std::deque<expectation*> receivers_;
};

outcome outcome_of(const result<int>& ended) {
  if (ended) return outcome::succeeded;
  if (ended.error() == errc::closed) return outcome::closed;
  return ended.error() == errc::canceled ? outcome::canceled : outcome::pending;
}

task<result<int>> send(channel<int>& into, int value) {
  const auto sent = co_await into.send(value);
  if (!sent) co_return pappus::failure{sent.error()};
  co_return value;
}

task<result<int>> receive(channel<int>& from) { co_return co_await from.receive(); }

/// A channel and its model; both get the same operations.
class channel_and_model {
public:
  channel_and_model(std::uint64_t seed, std::size_t capacity) : dice_(seed), values_(capacity), model_(capacity) {}

  /// Runs random operations, closes the channel, and compares the results of all coroutines.
  void run(std::size_t steps) {
    for (std::size_t i = 0; i != steps; ++i) step(steps);
    settle();
    values_.close();
    model_.close();
    settle();
    for (auto& each : operations_) compare(*each);
    while (const auto left = values_.try_receive()) REQUIRE(left == model_.try_receive());
    REQUIRE(model_.size() == 0);
  }

private:
  struct operation {
    operation(manual_loop& loop, task<result<int>> body, std::optional<int> sent)
        : expected(sent), job(loop, std::move(body)) {}
    expectation expected;
    started<result<int>> job;
  };

  void step(std::size_t steps) {
    switch (dice_.below(10)) {
      case 0: return settle();
      case 1: return stop_one();
      case 2: return try_send();
      case 3: REQUIRE(values_.try_receive() == model_.try_receive()); break;
      case 4:
        if (dice_.below(steps) == 0) {
          values_.close();
          model_.close();
        }
        break;
      default: begin_one(dice_.below(2) == 0);
    }
    REQUIRE(values_.size() == model_.size());
  }

  void begin_one(bool sends) {
    if (sends) {
      const int value = next_value_++;
      operations_.push_back(std::make_unique<operation>(loop_, send(values_, value), value));
    } else {
      operations_.push_back(std::make_unique<operation>(loop_, receive(values_), std::nullopt));
    }
    beginning_.push_back(&operations_.back()->expected);
  }

  void stop_one() {
    if (operations_.empty()) return;
    operation& chosen = *operations_[dice_.below(operations_.size())];
    chosen.job.request_stop();
    model_.stop(chosen.expected);
  }

  void try_send() {
    int value = next_value_++;
    const bool taken = values_.try_send(value);
    REQUIRE(taken == model_.try_send(value));
  }

  /// Coroutines are resumed only here, in their order; results decided before must not change.
  void settle() {
    loop_.drain();
    for (expectation* each : beginning_) model_.begin(*each);
    beginning_.clear();
    REQUIRE(values_.size() == model_.size());
    for (auto& each : operations_) REQUIRE(each->job.ended() == (each->expected.ends != outcome::pending));
  }

  static void compare(operation& ran) {
    REQUIRE(ran.job.ended());
    const result<int> ended = ran.job.take();
    REQUIRE(outcome_of(ended) == ran.expected.ends);
    if (ended && !ran.expected.sends()) REQUIRE(*ended == ran.expected.received);
  }

  random_numbers dice_;
  manual_loop loop_;
  channel<int> values_;
  model model_;
  std::vector<std::unique_ptr<operation>> operations_;
  std::vector<expectation*> beginning_;
  int next_value_ = 0;
};

}  // namespace

TEST_CASE("over any schedule no value is lost, duplicated or reordered, and every operation ends as in the model") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    channel_and_model{seed, 1 + static_cast<std::size_t>(seed % 5)}.run(300);
  }
}

}  // namespace channel_model_test
