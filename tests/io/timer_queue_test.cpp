// The queues of timers: the wheel and the heap.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/io/timer_heap.hpp>
#include <pappus/io/timer_wheel.hpp>
#include <pappus/sim/random.hpp>

#include "../support/death.hpp"

namespace timer_queue_test {

using namespace pappus::io;
using namespace std::chrono_literals;

namespace {

template <class Queue>
class watched final : public Queue {
public:
  int told = 0;

private:
  void earliest_changed() noexcept override { ++told; }
};

/// Records that it fired, then calls the function of the test.
class node final : public timer_node {
public:
  node(int number, std::vector<int>& fired) : number_(number), fired_(fired) {}
  std::function<void()> then;

private:
  void on_timer() noexcept override {
    fired_.push_back(number_);
    if (then) then();
  }

  int number_;
  std::vector<int>& fired_;
};

constexpr time_point at(std::int64_t nanoseconds) { return time_point{duration{nanoseconds}}; }

/// A queue beside a model of it: a multimap keeps equal times in the order of insertion, as the queue must.
template <class Queue>
class compared {
public:
  /// Times are up to `2^max_bits` ns apart.
  compared(std::uint64_t seed, unsigned max_bits) : chance_(seed), max_bits_(max_bits) {
    for (int i = 0; i != nodes; ++i) nodes_.push_back(std::make_unique<node>(i, fired_));
  }
  ~compared() {
    for (const auto& each : nodes_) queue_.disarm(*each);
  }

  void step() {
    switch (pappus::sim::uniform_below(chance_, 8)) {
      case 0:
      case 1: return disarm(any());
      case 2: return expire();
      default: return arm(any());
    }
  }

  void check() {
    REQUIRE(queue_.size() == model_.size());
    REQUIRE(queue_.earliest() == (model_.empty() ? never : model_.begin()->first));
  }

private:
  static constexpr int nodes = 200;

  /// As often short as long.
  duration some_time() {
    const std::uint64_t bits = pappus::sim::uniform_below(chance_, max_bits_ + 1);
    return duration{pappus::sim::uniform_below(chance_, std::uint64_t{1} << bits)};
  }

  int any() { return static_cast<int>(pappus::sim::uniform_below(chance_, nodes)); }

  void arm(int number) {
    const time_point due = saturating_add(now_, some_time());
    forget(number);
    model_.emplace(due, number);
    queue_.arm(*nodes_[static_cast<std::size_t>(number)], due);
  }

  void disarm(int number) {
    forget(number);
    queue_.disarm(*nodes_[static_cast<std::size_t>(number)]);
  }

  void forget(int number) {
    for (auto each = model_.begin(); each != model_.end(); ++each) {
      if (each->second != number) continue;
      model_.erase(each);
      return;
    }
  }

  void expire() {
    const duration passes = some_time() / 4;
    // Some times exactly to the next timer, as a simulation does.
    const bool is_exact = !model_.empty() && pappus::sim::uniform_below(chance_, 2) == 0;
    now_ = is_exact ? model_.begin()->first : saturating_add(now_, passes);
    std::vector<int> expected;
    while (!model_.empty() && model_.begin()->first <= now_) {
      expected.push_back(model_.begin()->second);
      model_.erase(model_.begin());
    }
    fired_.clear();
    REQUIRE(queue_.expire(now_) == expected.size());
    REQUIRE(fired_ == expected);
  }

  pappus::sim::splitmix64 chance_;
  watched<Queue> queue_;
  unsigned max_bits_;
  std::vector<int> fired_;
  std::vector<std::unique_ptr<node>> nodes_;
  std::multimap<time_point, int> model_;
  time_point now_{};
};

}  // namespace

TEST_CASE_TEMPLATE("a queue agrees with a sorted list over any sequence of arming, disarming and expiry", Queue,
                   timer_heap, timer_wheel) {
  for (const unsigned max_bits : {3U, 6U, 18U, 28U, 40U, 50U, 58U}) {
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
      compared<Queue> both{seed, max_bits};
      for (int i = 0; i != 5000; ++i) {
        both.step();
        both.check();
      }
    }
  }
}

TEST_CASE_TEMPLATE("timers with equal times fire in the order of arming; arming again counts as later", Queue,
                   timer_heap, timer_wheel) {
  watched<Queue> timers;
  std::vector<int> fired;
  node a{1, fired};
  node b{2, fired};
  node c{3, fired};
  timers.arm(a, at(5));
  timers.arm(b, at(5));
  timers.arm(c, at(5));
  timers.arm(a, at(5));
  CHECK(timers.expire(at(4)) == 0);
  CHECK(timers.expire(at(5)) == 3);
  CHECK(fired == std::vector<int>{2, 3, 1});
  CHECK_FALSE(a.armed());
}

TEST_CASE_TEMPLATE("a timer armed while timers expire waits for the next call, however early it is due", Queue,
                   timer_heap, timer_wheel) {
  watched<Queue> timers;
  std::vector<int> fired;
  node again{1, fired};
  again.then = [&] { timers.arm(again, at(0)); };
  timers.arm(again, at(1));
  CHECK(timers.expire(at(10)) == 1);
  CHECK(timers.expire(at(10)) == 1);
  again.then = nullptr;
  CHECK(timers.expire(at(10)) == 1);
  CHECK(timers.expire(at(10)) == 0);
}

TEST_CASE_TEMPLATE("a limit on a call leaves the other expired timers for the next one", Queue, timer_heap,
                   timer_wheel) {
  watched<Queue> timers;
  std::vector<int> fired;
  std::vector<std::unique_ptr<node>> nodes;
  for (int i = 0; i != 5; ++i) {
    nodes.push_back(std::make_unique<node>(i, fired));
    timers.arm(*nodes.back(), at(i));
  }
  CHECK(timers.expire(at(10), 2) == 2);
  CHECK(timers.earliest() == at(2));
  CHECK(timers.expire(at(10), 2) == 2);
  CHECK(timers.expire(at(10), 2) == 1);
  CHECK(fired == std::vector<int>{0, 1, 2, 3, 4});
}

TEST_CASE_TEMPLATE("a callback may disarm and destroy other timers and its own", Queue, timer_heap, timer_wheel) {
  watched<Queue> timers;
  std::vector<int> fired;
  auto first = std::make_unique<node>(1, fired);
  auto second = std::make_unique<node>(2, fired);
  node third{3, fired};
  node fourth{4, fired};
  timers.arm(*first, at(1));
  timers.arm(*second, at(1));
  timers.arm(third, at(1));
  timers.arm(fourth, at(1));
  first->then = [&] {
    second.reset();
    timers.disarm(third);
    first.reset();
  };
  CHECK(timers.expire(at(1)) == 2);
  CHECK(fired == std::vector<int>{1, 4});
}

TEST_CASE_TEMPLATE("a destroyed node is removed from its queue; destroying a queue with nodes terminates the program",
                   Queue, timer_heap, timer_wheel) {
  watched<Queue> timers;
  std::vector<int> fired;
  {
    node gone{1, fired};
    timers.arm(gone, at(1));
  }
  CHECK(timers.size() == 0);
  CHECK(timers.expire(at(1)) == 0);
  if (support::can_fork) {
    CHECK(support::terminates([&] {
      node left{1, fired};
      watched<Queue> inner;
      inner.arm(left, at(1));
    }));
  }
}

TEST_CASE_TEMPLATE("the owner of the queue is notified when the next timer is due earlier, and when none is left",
                   Queue, timer_heap, timer_wheel) {
  watched<Queue> timers;
  std::vector<int> fired;
  node a{1, fired};
  node b{2, fired};
  timers.arm(a, at(10));
  CHECK(timers.told == 1);
  timers.arm(b, at(20));
  CHECK(timers.told == 1);
  timers.arm(b, at(5));
  CHECK(timers.told == 2);
  timers.disarm(b);
  CHECK(timers.told == 2);
  timers.disarm(a);
  CHECK(timers.told == 3);
  CHECK(timers.earliest() == never);
  timers.disarm(a);
  CHECK(timers.told == 3);
}

TEST_CASE_TEMPLATE("a timer armed for a past time is behind those that have been due for longer", Queue, timer_heap,
                   timer_wheel) {
  watched<Queue> timers;
  std::vector<int> fired;
  node hasty{1, fired};
  node patient{2, fired};
  hasty.then = [&] { timers.arm(hasty, time_point::min()); };
  timers.arm(hasty, time_point::min());
  timers.arm(patient, at(5));
  CHECK(timers.earliest() == time_point::min());
  CHECK(timers.expire(at(10)) == 2);
  CHECK(fired == std::vector<int>{1, 2});
  timers.arm(patient, at(5));
  CHECK(timers.expire(at(10)) == 2);
  CHECK(timers.expire(at(10)) == 1);
  CHECK(hasty.due() == at(10));
  timers.disarm(hasty);
}

TEST_CASE_TEMPLATE("a timer at `never` does not expire; one at the instant before does", Queue, timer_heap,
                   timer_wheel) {
  watched<Queue> timers;
  std::vector<int> fired;
  node unending{1, fired};
  node last{2, fired};
  timers.arm(unending, never);
  CHECK(timers.earliest() == never);
  timers.arm(last, never - 1ns);
  CHECK(timers.earliest() == never - 1ns);
  CHECK(timers.expire(at(10)) == 0);
  CHECK(timers.expire(never - 1ns) == 1);
  CHECK(fired == std::vector<int>{2});
  timers.disarm(unending);
}

TEST_CASE("many timers of a few far slots of a wheel expire in order when their time comes") {
  watched<timer_wheel> timers;
  std::vector<int> fired;
  std::vector<std::unique_ptr<node>> nodes;
  constexpr int count = 1000;
  for (int i = 0; i != count; ++i) {
    nodes.push_back(std::make_unique<node>(i, fired));
    timers.arm(*nodes.back(), at(0) + 10h + i % 7 * 1s);
  }
  std::vector<int> expected;
  for (int second = 0; second != 7; ++second) {
    for (int i = second; i < count; i += 7) expected.push_back(i);
  }
  for (int second = 0; second != 7; ++second) {
    CHECK(timers.earliest() == at(0) + 10h + second * 1s);
    timers.expire(timers.earliest() - 1ns);
    timers.expire(timers.earliest());
  }
  CHECK(fired == expected);
}

TEST_CASE("a wheel begins at any time, negative ones included") {
  for (const time_point begin : {time_point::min(), at(-1), at(0), at(1'000'000'000'000)}) {
    watched<timer_wheel> timers;
    std::vector<int> fired;
    node first{1, fired};
    node second{2, fired};
    timers.arm(second, saturating_add(begin, 2h));
    timers.arm(first, saturating_add(begin, 1ns));
    CHECK(timers.expire(begin) == 0);
    CHECK(timers.expire(begin + 1ns) == 1);
    CHECK(timers.expire(begin + 2h) == 1);
    CHECK(fired == std::vector<int>{1, 2});
  }
}

}  // namespace timer_queue_test
