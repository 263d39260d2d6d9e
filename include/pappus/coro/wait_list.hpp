// The operations that wait for one thing, in the order in which they came.
#pragma once

#include <exception>

#include <pappus/coro/linked_list.hpp>

namespace pappus::coro {

/// `Node` derives from `wait_list<Node>::hook`. Destroying a list that is not empty terminates: somebody would wait for
/// ever.
template <class Node>
class wait_list : public intrusive_list<Node> {
public:
  wait_list() = default;
  wait_list(const wait_list&) = delete;
  wait_list& operator=(const wait_list&) = delete;
  ~wait_list() {
    if (!this->empty()) std::terminate();
  }

  /// The first node, no longer in the list; null if there is none.
  Node* pop_front() noexcept {
    Node* const node = this->first();
    if (node != nullptr) this->remove(*node);
    return node;
  }
};

}  // namespace pappus::coro
