#include <algorithm>
#include <cstddef>
#include <utility>

#include <pappus/io/timer_queue.hpp>
#include <pappus/misuse.hpp>
#include <pappus/prefetch.hpp>

namespace pappus::io {
namespace {

/// Bytes before and behind a timer that its callback is likely to use: it lives in its owner.
constexpr std::ptrdiff_t owner_around = 384;

}  // namespace

timer_node::~timer_node() {
  if (queue_ != nullptr) queue_->disarm(*this);
}

timer_queue::~timer_queue() {
  if (size_ != 0) misuse("timer_queue: destroyed while timers are armed");
}

timer_node* timer_queue::heap::meld(timer_node* left, timer_node* right) noexcept {
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

timer_node* timer_queue::heap::meld_siblings(timer_node* first) noexcept {
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

void timer_queue::heap::remove(timer_node& node) noexcept {
  timer_node* const below = meld_siblings(node.child_);
  if (&node == root_) {
    root_ = below;
  } else {
    if (node.previous_->child_ == &node) node.previous_->child_ = node.next_;
    else node.previous_->next_ = node.next_;
    if (node.next_ != nullptr) node.next_->previous_ = node.previous_;
    root_ = meld(root_, below);
  }
  node.child_ = node.next_ = node.previous_ = nullptr;
}

void timer_queue::arm(timer_node& node, time_point due) noexcept {
  if (node.queue_ != nullptr) node.queue_->disarm(node);
  const time_point earliest_before = earliest();
  node.queue_ = this;
  node.due_ = std::max(due, expired_at_);
  node.sequence_ = ++armed_so_far_ & (~std::uint64_t{0} >> 13);
  add(node);
  ++size_;
  if (node.due_ < earliest_before) earliest_changed();
}

void timer_queue::disarm(timer_node& node) noexcept {
  if (node.queue_ == nullptr) return;
  node.queue_->remove(node);
  node.queue_ = nullptr;
  if (--size_ == 0) earliest_changed();
}

std::size_t timer_queue::expire(time_point now, std::size_t limit) noexcept {
  const std::uint64_t armed_before = armed_so_far_;
  expired_at_ = std::max(expired_at_, now);
  std::size_t expired = 0;
  while (expired != limit) {
    timer_node* const due = first_due(now);
    if (due == nullptr || due->sequence_ > armed_before) break;
    disarm(*due);
    if (const timer_node* const next = first()) prefetch_around(next, owner_around, owner_around);
    ++expired;
    due->on_timer();
  }
  return expired;
}

}  // namespace pappus::io
