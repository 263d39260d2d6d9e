// The queue through which coroutines wake each other: no coroutine resumes another one on its own stack.
#pragma once

#include <coroutine>
#include <cstddef>

#include <pappus/coro/intrusive_list.hpp>

namespace pappus::coro {

/// First in, first out, intrusive, for one thread. A backend runs it at the end of each outermost callback (a *turn*).
///
/// All turns between two polls of the backend for sockets and timers share one **budget**, counted in units of about a
/// microsecond of a 2020 server core. No clock is read, so that a simulated run spends its budget exactly as any other
/// run. A resumption costs one unit; code that costs more charges it itself. Once the budget is spent, ready coroutines
/// wait until the backend has polled, and a coroutine with much work waits with `consume_budget`. The budget bounds
/// neither a single undivided piece of work nor the work that one poll of the sockets brings.
///
/// Work of which thousands of pieces come at once, such as what is sent to every peer, is **deferred**: it runs when no
/// coroutine is ready, within a part of the budget, so that a coroutine that becomes ready meanwhile does not wait for
/// all of it.
class ready_queue {
public:
  /// Base of a suspended coroutine's queue entry. It lives in the coroutine's frame, so queueing allocates nothing.
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

  /// A piece of deferred work. Destroying it cancels it.
  class deferred_work : public intrusive_list<deferred_work>::hook {
  public:
    deferred_work() noexcept {}

    /// Whether it waits for its call.
    [[nodiscard]] bool is_deferred() const noexcept { return queue_ != nullptr; }
    void cancel_deferred() noexcept {
      if (queue_ != nullptr) queue_->deferred_.remove(*this);
      queue_ = nullptr;
    }

  protected:
    ~deferred_work() { cancel_deferred(); }

  private:
    friend ready_queue;
    /// Called once for each `defer`, on the stack of the turn. What it makes ready runs next.
    virtual void run_deferred() noexcept = 0;
    /// Hints to the cache what `run_deferred` wakes. Called when the piece before this one is.
    virtual void prefetch_woken() const noexcept {}

    ready_queue* queue_ = nullptr;  // while it waits
  };

  /// Marks code that runs on the loop; the destructor of the outermost turn runs the ready coroutines.
  class turn {
  public:
    explicit turn(ready_queue& queue) noexcept : queue_(queue) { ++queue_.depth_; }
    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;
    ~turn() {
      if (!queue_.empty() && queue_.depth_ == 1) queue_.run();
      --queue_.depth_;
    }

  private:
    ready_queue& queue_;
  };

  /// Budget between two polls of sockets and timers, units.
  static constexpr std::size_t default_budget = 3000;
  static constexpr std::size_t resume_cost = 1;
  /// Part of the budget for deferred work and what it makes ready, units.
  static constexpr std::size_t deferred_budget = 1000;
  /// Pieces of deferred work that are called even if ready coroutines have spent the budget, count.
  static constexpr std::size_t min_deferred = 16;

  ready_queue() = default;
  ready_queue(const ready_queue&) = delete;
  ready_queue& operator=(const ready_queue&) = delete;

  /// Queues a coroutine for resumption in this turn, or in a turn that is requested from the backend. O(1).
  void push(item& ready) noexcept {
    ready.next_ = nullptr;
    (head_ == nullptr ? head_ : tail_->next_) = &ready;
    tail_ = &ready;
    if (depth_ == 0) wake();
  }

  /// Queues a piece of deferred work, behind those that wait; nothing happens if it waits already. O(1).
  void defer(deferred_work& work) noexcept {
    if (work.is_deferred()) return;
    work.queue_ = this;
    deferred_.push_back(work);
    if (depth_ == 0) wake();
  }

  /// Whether no coroutine is ready and no work deferred.
  [[nodiscard]] bool empty() const noexcept { return head_ == nullptr && deferred_.empty(); }

  /// Charges work that is about to be done or has just been done. O(1).
  void charge(std::size_t units) noexcept { spent_ += units; }
  /// Whether the budget is spent; work that can wait should wait.
  [[nodiscard]] bool exhausted() const noexcept { return spent_ >= budget_; }
  /// Units charged since `refill`, also those beyond the budget.
  [[nodiscard]] std::size_t spent() const noexcept { return spent_; }
  /// Units left in the budget.
  [[nodiscard]] std::size_t remaining() const noexcept { return exhausted() ? 0 : budget_ - spent_; }

  // For backends.

  /// Starts a new budget. The backend calls this after it has polled its sockets and timers.
  void refill(std::size_t budget = default_budget) noexcept {
    budget_ = budget;
    spent_ = 0;
    deferred_spent_ = 0;
    deferred_calls_ = 0;
  }

  /// Resumes coroutines while there is budget, including those that become ready meanwhile, and calls deferred work;
  /// requests another turn if something is left. Returns how many coroutines were resumed.
  std::size_t run() noexcept;

  /// Does the next thing that `run` would do: resumes one coroutine, or calls one piece of deferred work. False if
  /// there is none, or no budget. Requests no turn.
  bool run_one() noexcept;

protected:
  ~ready_queue() = default;

private:
  /// Requests a turn soon from the backend. Called when a coroutine becomes ready outside a turn, or when `run` leaves
  /// ready coroutines because the budget is spent.
  virtual void wake() noexcept = 0;

  std::size_t run_ready() noexcept;
  void resume_next() noexcept;
  void call_deferred() noexcept;
  static void prefetch_after(const deferred_work& current) noexcept;
  [[nodiscard]] bool may_call_deferred() const noexcept {
    return deferred_calls_ < min_deferred || (deferred_spent_ < deferred_budget && !exhausted());
  }

  item* head_ = nullptr;
  item* tail_ = nullptr;
  std::size_t depth_ = 0;
  std::size_t budget_ = default_budget;
  std::size_t spent_ = 0;
  intrusive_list<deferred_work> deferred_;
  std::size_t deferred_spent_ = 0;  // since `refill`
  std::size_t deferred_calls_ = 0;
};

}  // namespace pappus::coro
