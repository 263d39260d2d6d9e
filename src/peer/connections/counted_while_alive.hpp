// A counter of what is under way.
#pragma once

#include <cstddef>

namespace pappus::peer {

/// Increments a counter while it lives.
class counted_while_alive {
public:
  explicit counted_while_alive(std::size_t& counter) noexcept : counter_(counter) { ++counter_; }
  counted_while_alive(const counted_while_alive&) = delete;
  counted_while_alive& operator=(const counted_while_alive&) = delete;
  ~counted_while_alive() { --counter_; }

private:
  std::size_t& counter_;
};

}  // namespace pappus::peer
