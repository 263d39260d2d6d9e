// The operations that wait for one object, in order of arrival.
#pragma once

#include <exception>

#include <pappus/coro/intrusive_list.hpp>
#include <pappus/misuse.hpp>

namespace pappus::coro {

/// `Node` derives from `wait_list<Node>::hook`. Destroying a list that is not empty terminates: its waiters would never
/// be woken.
template <class Node>
class wait_list : public intrusive_list<Node> {
public:
  wait_list() = default;
  wait_list(const wait_list&) = delete;
  wait_list& operator=(const wait_list&) = delete;
  ~wait_list() {
    if (!this->empty()) misuse("wait_list: destroyed while coroutines wait in it, which would never be woken");
  }

  /// Removes and returns the first node; null if there is none.
  Node* pop_front() noexcept {
    Node* const node = this->first();
    if (node != nullptr) this->remove(*node);
    return node;
  }
};

}  // namespace pappus::coro
