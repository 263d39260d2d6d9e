// Whose allocations may fail in a test: those of the nodes and of what they use, not those of the test itself.
#pragma once

#include <utility>

namespace support {

/// Whether the code that runs is a node's.
inline bool is_exposed = false;

/// While it lives, what runs is the code of a node.
class exposed {
public:
  exposed() noexcept = default;
  exposed(const exposed&) = delete;
  exposed& operator=(const exposed&) = delete;
  ~exposed() { is_exposed = before_; }

private:
  const bool before_ = std::exchange(is_exposed, true);
};

/// While it lives, what runs is the code of the test, such as an application's functions.
class sheltered {
public:
  sheltered() noexcept = default;
  sheltered(const sheltered&) = delete;
  sheltered& operator=(const sheltered&) = delete;
  ~sheltered() { is_exposed = before_; }

private:
  const bool before_ = std::exchange(is_exposed, false);
};

}  // namespace support
