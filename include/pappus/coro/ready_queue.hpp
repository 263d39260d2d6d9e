// The queue through which coroutines wake each other: nobody resumes anybody else's coroutine on its own stack.
#pragma once

#include <coroutine>
#include <cstddef>

namespace pappus::coro {

/// First in, first out, intrusive, for one thread. A backend runs it at the end of each outermost callback (a *turn*).
class ready_queue {
public:
  /// A suspended coroutine's place in the queue. It lives in the coroutine's frame, so queueing allocates nothing.
  class item {
  public:
    item() noexcept {}
    item(const item&) = delete;
    item& operator=(const item&) = delete;

  protected:
    ~item() = default;
    std::coroutine_handle<> handle_;

  private:
    friend ready_queue;
    item* next_;  // set while queued
  };

  /// While one lives, code is running on the loop; the end of the outermost one runs what has become ready.
  class turn {
  public:
    explicit turn(ready_queue& queue) noexcept : queue_(queue) { ++queue_.depth_; }
    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;
    ~turn() {
      if (queue_.head_ != nullptr && queue_.depth_ == 1) queue_.run(default_budget);
      --queue_.depth_;
    }

  private:
    ready_queue& queue_;
  };

  /// How many coroutines one turn resumes before the loop may look at its sockets and timers again.
  static constexpr std::size_t default_budget = 1024;

  ready_queue() = default;
  ready_queue(const ready_queue&) = delete;
  ready_queue& operator=(const ready_queue&) = delete;

  /// Queues a coroutine for resumption in this turn, or in a turn that the backend is asked for. O(1).
  void push(item& ready) noexcept {
    ready.next_ = nullptr;
    (head_ == nullptr ? head_ : tail_->next_) = &ready;
    tail_ = &ready;
    if (depth_ == 0) wake();
  }

  [[nodiscard]] bool empty() const noexcept { return head_ == nullptr; }

  /// Resumes up to `budget` coroutines, those that become ready meanwhile among them; asks for another turn if some
  /// are left.
  void run(std::size_t budget) noexcept;

protected:
  ~ready_queue() = default;

private:
  /// Asks the backend for a turn soon. Called when something is ready and no turn is running or the budget is spent.
  virtual void wake() noexcept = 0;

  item* head_ = nullptr;
  item* tail_ = nullptr;
  std::size_t depth_ = 0;
};

}  // namespace pappus::coro
