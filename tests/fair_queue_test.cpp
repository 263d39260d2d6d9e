// The fair queue: sources take turns.
#include <algorithm>
#include <cstddef>
#include <string>

#include <doctest/doctest.h>

#include <pappus/fair_queue.hpp>

namespace fair_queue_test {

using pappus::fair_queue;

namespace {

struct items : fair_queue<char, int> {
  void put(int source, const std::string& text) {
    for (const char each : text) push(source, 1, each);
  }
  std::string take(std::size_t count) {
    std::string taken;
    while (taken.size() != count && !empty()) {
      const char next = front();
      CHECK(pop_front() == next);
      taken += next;
    }
    return taken;
  }
  std::string take_all() { return take(size()); }
};

}  // namespace

TEST_CASE("a single source is first in, first out") {
  items all;
  all.put(1, "abc");
  CHECK(all.take(2) == "ab");
  all.put(1, "de");
  CHECK(all.size() == 3);
  CHECK(all.take_all() == "cde");
  CHECK(all.empty());
}

TEST_CASE("sources with equally many waiting items are served in turn, each in its own order") {
  items all;
  all.put(1, "abc");
  all.put(2, "ABC");
  all.put(3, "xyz");
  const std::string order = all.take_all();
  CHECK(order.substr(0, 1) == "a");
  for (const char* const own : {"abc", "ABC", "xyz"}) {
    std::size_t before = 0;
    for (const char each : std::string{own}) {
      const std::size_t at = order.find(each);
      CHECK(at >= before);
      before = at;
    }
  }
}

TEST_CASE("a source with few waiting items is served within two turns, however many others have") {
  items all;
  for (int source = 1; source != 10; ++source) all.put(source, std::string(100, 'f'));
  for (int n = 0; n != 100; ++n) {
    all.put(10, "h");
    CHECK(all.take(2).find('h') != std::string::npos);
  }
}

TEST_CASE("a source slightly over its share is served at its rate") {
  items all;
  int honest = 0;
  for (int turn = 0; turn != 1000; ++turn) {
    for (int source = 1; source != 4; ++source) all.put(source, "f");
    if (turn % 10 < 3) all.put(4, "h");  // three of ten, while its share is a quarter
    honest += all.take(1) == "h" ? 1 : 0;
    CHECK(all.share_of(4).items <= 3);
  }
  CHECK(honest >= 297);
}

TEST_CASE("many sources with few items leave half of its share to one with many") {
  items all;
  all.put(0, std::string(100, 'o'));
  std::string order;
  for (int turn = 0; turn != 500; ++turn) {
    for (int source = 1; source != 5; ++source) {
      if (all.share_of(source).items == 0) all.put(source, "f");
    }
    order += all.take(1);
  }
  CHECK(std::count(order.begin(), order.end(), 'o') >= 50);
}

TEST_CASE("the queue counts waiting items and their sizes by source") {
  fair_queue<char, int> all;
  all.push(1, 10, 'a');
  all.push(1, 20, 'b');
  all.push(2, 5, 'A');
  CHECK(all.share_of(1).items == 2);
  CHECK(all.share_of(1).size == 30);
  CHECK(all.share_of(3).items == 0);
  CHECK(all.any_of([](char each) { return each == 'b'; }));
  CHECK(all.pop_front() == 'a');
  CHECK(all.share_of(1).size == 20);
  CHECK_FALSE(all.any_of([](char each) { return each == 'a'; }));
  CHECK(all.pop_front() == 'A');
  CHECK(all.share_of(2).items == 0);
  CHECK(all.share_of(2).size == 0);
  CHECK(all.pop_front() == 'b');
  CHECK_FALSE(all.any_of([](char) { return true; }));
}

}  // namespace fair_queue_test
