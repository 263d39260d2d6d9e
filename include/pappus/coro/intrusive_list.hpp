// An intrusive doubly linked list: removal is O(1), and the order is that of insertion, never of addresses.
#pragma once

namespace pappus::coro {

/// `Node` derives from `intrusive_list<Node>::hook` and is in at most one list.
template <class Node>
class intrusive_list {
public:
  class hook {
  public:
    hook() = default;
    hook(const hook&) = delete;
    hook& operator=(const hook&) = delete;

  protected:
    ~hook() = default;

  private:
    friend intrusive_list;
    Node* previous_ = nullptr;
    Node* next_ = nullptr;
  };

  [[nodiscard]] Node* first() const noexcept { return first_; }
  [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
  /// The next node; null after the last.
  [[nodiscard]] static Node* after(const Node& node) noexcept { return static_cast<const hook&>(node).next_; }

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

  /// Calls `visit` for each node, in order; `visit` may remove the node that it is called for.
  template <class Visit>
  void for_each(Visit visit) const {
    for (Node* node = first_; node != nullptr;) {
      Node* const next = static_cast<hook&>(*node).next_;
      visit(*node);
      node = next;
    }
  }

private:
  Node* first_ = nullptr;
  Node* last_ = nullptr;
};

}  // namespace pappus::coro
