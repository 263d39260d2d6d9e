// The list of waiting coroutines.
#include <algorithm>
#include <deque>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/wait_list.hpp>

#include "support/death.hpp"

namespace wait_list_test {

namespace {

struct node final : pappus::coro::wait_list<node>::hook {
  explicit node(int its_name) : name(its_name) {}
  int name;
};

using list = pappus::coro::wait_list<node>;

std::vector<int> emptied(list& waiting) {
  std::vector<int> names;
  while (const node* const first = waiting.pop_front()) names.push_back(first->name);
  return names;
}

}  // namespace

TEST_CASE("nodes are removed in the order in which they were added") {
  list waiting;
  node first{1};
  node second{2};
  node third{3};
  CHECK(waiting.empty());
  waiting.push_back(first);
  waiting.push_back(second);
  waiting.push_back(third);
  CHECK_FALSE(waiting.empty());
  CHECK(emptied(waiting) == std::vector<int>{1, 2, 3});
  CHECK(waiting.empty());
  CHECK(waiting.pop_front() == nullptr);
}

TEST_CASE("a node can be removed from the front, the middle and the end, and added again") {
  list waiting;
  std::deque<node> nodes;
  for (int name = 1; name <= 5; ++name) nodes.emplace_back(name);
  for (node& each : nodes) waiting.push_back(each);
  waiting.remove(nodes[0]);
  waiting.remove(nodes[2]);
  waiting.remove(nodes[4]);
  waiting.push_back(nodes[2]);
  CHECK(emptied(waiting) == std::vector<int>{2, 4, 3});
  waiting.push_back(nodes[0]);
  waiting.remove(nodes[0]);
  CHECK(waiting.empty());
}

TEST_CASE("any sequence of pushes, removals and pops keeps the order") {
  std::minstd_rand random{7};
  list waiting;
  std::deque<node> nodes;
  for (int name = 0; name != 16; ++name) nodes.emplace_back(name);
  std::vector<int> model;
  for (int step = 0; step != 10'000; ++step) {
    node& chosen = nodes[random() % nodes.size()];
    const auto at = std::find(model.begin(), model.end(), chosen.name);
    if (random() % 3 == 0) {
      const node* const first = waiting.pop_front();
      REQUIRE((first == nullptr) == model.empty());
      if (first == nullptr) continue;
      REQUIRE(first->name == model.front());
      model.erase(model.begin());
    } else if (at == model.end()) {
      waiting.push_back(chosen);
      model.push_back(chosen.name);
    } else {
      waiting.remove(chosen);
      model.erase(at);
    }
    REQUIRE(waiting.empty() == model.empty());
  }
  CHECK(emptied(waiting) == model);
}

TEST_CASE("destroying a list with nodes terminates the program" * doctest::skip(!support::can_fork)) {
  CHECK(support::terminates([] {
    node left{1};
    list waiting;
    waiting.push_back(left);
  }));
}

}  // namespace wait_list_test
