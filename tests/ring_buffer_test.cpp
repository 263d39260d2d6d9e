// Queue in one block of memory.
#include <cstddef>
#include <deque>

#include <doctest/doctest.h>

#include <pappus/ring_buffer.hpp>

namespace ring_buffer_test {

using pappus::ring_buffer;

TEST_CASE("a queue has its elements in order, whenever it grows and wherever it begins") {
  for (std::size_t popped = 0; popped != 9; ++popped) {
    for (std::size_t room = 0; room != 20; ++room) {
      ring_buffer<int> queue;
      std::deque<int> plain;
      const auto push = [&](int value) {
        queue.push_back(value);
        plain.push_back(value);
      };
      for (int i = 0; i != 9; ++i) push(i);
      for (std::size_t i = 0; i != popped; ++i) {
        queue.pop_front();
        plain.pop_front();
      }
      push(100);
      queue.reserve(room);
      for (int i = 0; i != 30; ++i) push(200 + i);
      REQUIRE(queue.size() == plain.size());
      for (std::size_t i = 0; i != plain.size(); ++i) REQUIRE(queue[i] == plain[i]);
    }
  }
}

}  // namespace ring_buffer_test
