// The queue through which coroutines wake each other: nobody resumes anybody else's coroutine on its own stack.
#pragma once

#include <coroutine>
#include <cstddef>

namespace pappus::coro {

/// First in, first out, intrusive, for one thread. A backend runs it at the end of each outermost callback (a *turn*).
///
/// All turns between two looks of the backend at its sockets and timers share one **budget**, counted in units of about
/// a microsecond of a 2020 server core: time is not read, so that a simulated run spends its budget as every other run
/// does. A resumption costs a unit; what costs more is charged by who does it. Once the budget is spent, whatever is
/// ready waits until the backend has looked, and a coroutine with much to do waits with `consume_budget`. The budget
/// bounds neither one piece of work that is not divided nor what one look at the sockets brings.
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
      if (queue_.head_ != nullptr && queue_.depth_ == 1) queue_.run();
      --queue_.depth_;
    }

  private:
    ready_queue& queue_;
  };

  /// Units between two looks at sockets and timers.
  static constexpr std::size_t default_budget = 3000;
  static constexpr std::size_t resume_cost = 1;

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

  /// Counts work of so many units that is about to be done, or has just been done. O(1).
  void charge(std::size_t units) noexcept { spent_ += units; }
  /// Whether what can wait should.
  [[nodiscard]] bool exhausted() const noexcept { return spent_ >= budget_; }
  /// Units that may still be spent.
  [[nodiscard]] std::size_t remaining() const noexcept { return exhausted() ? 0 : budget_ - spent_; }

  // For backends.

  /// The backend has looked at its sockets and timers: there is a new budget.
  void refill(std::size_t budget = default_budget) noexcept {
    budget_ = budget;
    spent_ = 0;
  }

  /// Resumes coroutines while there is budget, those that become ready meanwhile among them; asks for another turn if
  /// some are left. Gives how many.
  std::size_t run() noexcept;

protected:
  ~ready_queue() = default;

private:
  /// Asks the backend for a turn soon. Called when something is ready and no turn is running, or the budget is spent.
  virtual void wake() noexcept = 0;

  item* head_ = nullptr;
  item* tail_ = nullptr;
  std::size_t depth_ = 0;
  std::size_t budget_ = default_budget;
  std::size_t spent_ = 0;
};

}  // namespace pappus::coro
