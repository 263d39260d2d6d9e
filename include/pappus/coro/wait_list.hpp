// The operations that wait for one thing, in the order in which they came.
#pragma once

#include <exception>

namespace pappus::coro {

/// Intrusive and doubly linked: every change is O(1) and allocates nothing. `Node` derives from
/// `wait_list<Node>::hook`. Destroying a list that is not empty terminates: somebody would wait for ever.
template <class Node>
class wait_list {
public:
  class hook {
    friend wait_list;
    Node* previous_ = nullptr;
    Node* next_ = nullptr;
  };

  wait_list() = default;
  wait_list(const wait_list&) = delete;
  wait_list& operator=(const wait_list&) = delete;
  ~wait_list() {
    if (first_ != nullptr) std::terminate();
  }

  [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }

  void push_back(Node& node) noexcept {
    hook& links = node;
    links.previous_ = last_;
    links.next_ = nullptr;
    (last_ == nullptr ? first_ : static_cast<hook&>(*last_).next_) = &node;
    last_ = &node;
  }

  void remove(Node& node) noexcept {
    hook& links = node;
    (links.previous_ == nullptr ? first_ : static_cast<hook&>(*links.previous_).next_) = links.next_;
    (links.next_ == nullptr ? last_ : static_cast<hook&>(*links.next_).previous_) = links.previous_;
  }

  /// The first node, no longer in the list; null if there is none.
  Node* pop_front() noexcept {
    Node* const node = first_;
    if (node != nullptr) remove(*node);
    return node;
  }

private:
  Node* first_ = nullptr;
  Node* last_ = nullptr;
};

}  // namespace pappus::coro
