// The heap of timers.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/io/timer_heap.hpp>
#include <pappus/sim/random.hpp>

#include "../support/death.hpp"

namespace timer_heap_test {

using namespace pappus::io;
using namespace std::chrono_literals;

namespace {

class heap final : public timer_heap {
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

/// The heap beside a model of it: a multimap keeps equal times in the order of insertion, as the heap must.
class compared {
public:
  explicit compared(std::uint64_t seed) : chance_(seed) {
    for (int i = 0; i != nodes; ++i) nodes_.push_back(std::make_unique<node>(i, fired_));
  }
  ~compared() {
    for (const auto& each : nodes_) heap_.disarm(*each);
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
    REQUIRE(heap_.size() == model_.size());
    REQUIRE(heap_.earliest() == (model_.empty() ? never : model_.begin()->first));
  }

private:
  static constexpr int nodes = 200;

  int any() { return static_cast<int>(pappus::sim::uniform_below(chance_, nodes)); }

  void arm(int number) {
    const time_point due = now_ + duration{pappus::sim::uniform_below(chance_, 50)};
    forget(number);
    model_.emplace(due, number);
    heap_.arm(*nodes_[static_cast<std::size_t>(number)], due);
  }

  void disarm(int number) {
    forget(number);
    heap_.disarm(*nodes_[static_cast<std::size_t>(number)]);
  }

  void forget(int number) {
    for (auto each = model_.begin(); each != model_.end(); ++each) {
      if (each->second != number) continue;
      model_.erase(each);
      return;
    }
  }

  void expire() {
    now_ += duration{pappus::sim::uniform_below(chance_, 20)};
    std::vector<int> expected;
    while (!model_.empty() && model_.begin()->first <= now_) {
      expected.push_back(model_.begin()->second);
      model_.erase(model_.begin());
    }
    fired_.clear();
    REQUIRE(heap_.expire(now_) == expected.size());
    REQUIRE(fired_ == expected);
  }

  pappus::sim::splitmix64 chance_;
  heap heap_;
  std::vector<int> fired_;
  std::vector<std::unique_ptr<node>> nodes_;
  std::multimap<time_point, int> model_;
  time_point now_{};
};

}  // namespace

TEST_CASE("the heap agrees with a sorted list over any sequence of arming, disarming and expiry") {
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
    compared both{seed};
    for (int i = 0; i != 5000; ++i) {
      both.step();
      both.check();
    }
  }
}

TEST_CASE("timers with equal times fire in the order of arming; arming again counts as later") {
  heap timers;
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

TEST_CASE("a timer armed while timers expire waits for the next call, however early it is due") {
  heap timers;
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

TEST_CASE("a limit on a call leaves the other expired timers for the next one") {
  heap timers;
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

TEST_CASE("a callback may disarm and destroy other timers and its own") {
  heap timers;
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

TEST_CASE("a destroyed node is removed from its heap; destroying a heap with nodes terminates the program") {
  heap timers;
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
      heap inner;
      inner.arm(left, at(1));
    }));
  }
}

TEST_CASE("the owner of the heap is notified when the next timer is due earlier, and when none is left") {
  heap timers;
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

TEST_CASE("a timer armed for a past time is behind those that have been due for longer") {
  heap timers;
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

TEST_CASE("a timer at `never` does not expire; one at the instant before does") {
  heap timers;
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

}  // namespace timer_heap_test
