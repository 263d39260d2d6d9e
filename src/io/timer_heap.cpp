#include <algorithm>
#include <utility>

#include <pappus/io/timer_heap.hpp>
#include <pappus/misuse.hpp>

namespace pappus::io {

timer_node::~timer_node() {
  if (heap_ != nullptr) heap_->disarm(*this);
}

timer_heap::~timer_heap() {
  if (root_ != nullptr) misuse("timer_heap: destroyed while timers are armed");
}

timer_node* timer_heap::meld(timer_node* left, timer_node* right) noexcept {
  if (left == nullptr) return right;
  if (right == nullptr) return left;
  if (right->precedes(*left)) std::swap(left, right);
  right->next_ = left->child_;
  if (left->child_ != nullptr) left->child_->previous_ = right;
  right->previous_ = left;
  left->child_ = right;
  left->next_ = nullptr;
  left->previous_ = nullptr;
  return left;
}

timer_node* timer_heap::meld_siblings(timer_node* first) noexcept {
  timer_node* pairs = nullptr;  // melded left to right, linked through next_ in reverse
  while (first != nullptr) {
    timer_node* const second = first->next_;
    timer_node* const rest = second == nullptr ? nullptr : second->next_;
    first->next_ = nullptr;
    if (second != nullptr) second->next_ = nullptr;
    timer_node* const pair = meld(first, second);
    pair->next_ = pairs;
    pairs = pair;
    first = rest;
  }
  timer_node* merged = nullptr;
  while (pairs != nullptr) {
    timer_node* const rest = pairs->next_;
    pairs->next_ = nullptr;
    merged = meld(merged, pairs);
    pairs = rest;
  }
  if (merged != nullptr) merged->previous_ = nullptr;
  return merged;
}

void timer_heap::arm(timer_node& node, time_point due) noexcept {
  if (node.heap_ != nullptr) node.heap_->disarm(node);
  const time_point earliest_before = earliest();
  node.heap_ = this;
  node.due_ = std::max(due, expired_at_);
  node.sequence_ = ++armed_so_far_;
  root_ = meld(root_, &node);
  ++size_;
  if (node.due_ < earliest_before) earliest_changed();
}

void timer_heap::disarm(timer_node& node) noexcept {
  if (node.heap_ == nullptr) return;
  timer_node* const below = meld_siblings(node.child_);
  if (&node == root_) {
    root_ = below;
  } else {
    if (node.previous_->child_ == &node) node.previous_->child_ = node.next_;
    else node.previous_->next_ = node.next_;
    if (node.next_ != nullptr) node.next_->previous_ = node.previous_;
    root_ = meld(root_, below);
  }
  node.heap_ = nullptr;
  node.child_ = node.next_ = node.previous_ = nullptr;
  if (--size_ == 0) earliest_changed();
}

std::size_t timer_heap::expire(time_point now, std::size_t limit) noexcept {
  const std::uint64_t armed_before = armed_so_far_;
  expired_at_ = std::max(expired_at_, now);
  std::size_t expired = 0;
  while (expired != limit && root_ != nullptr && root_->due_ <= now && root_->sequence_ <= armed_before) {
    timer_node& due = *root_;
    disarm(due);
    ++expired;
    due.on_timer();
  }
  return expired;
}

}  // namespace pappus::io
