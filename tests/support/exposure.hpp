// Whose allocations may fail in a test: those of the nodes and of what they use, not those of the test itself.
#pragma once

#include <utility>

namespace support {

/// Whether the code that runs is a node's.
inline bool is_exposed = false;

/// While it lives, what runs is the code of a node, or of the test.
template <bool Exposed>
class exposure {
public:
  exposure() noexcept = default;
  exposure(const exposure&) = delete;
  exposure& operator=(const exposure&) = delete;
  ~exposure() { is_exposed = before_; }

private:
  const bool before_ = std::exchange(is_exposed, Exposed);
};
using exposed = exposure<true>;
using sheltered = exposure<false>;  // such as an application's functions

}  // namespace support
