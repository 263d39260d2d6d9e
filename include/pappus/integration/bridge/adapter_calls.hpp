// Pending adapter calls, bounded in number, bytes and time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <pappus/integration/bridge/request_handler.hpp>
#include <pappus/integration/bridge/responder.hpp>
#include <pappus/integration/threads/loop_dispatcher.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/timer_queue.hpp>
#include <pappus/peer/accounts/account_key.hpp>
#include <pappus/peer/adapter/statistics.hpp>
#include <pappus/peer/enum_counters.hpp>
#include <pappus/peer/memory_budget.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/session/exception_boundary.hpp>

namespace pappus::integration {

using peer::adapter_method;

struct adapter_call {
  /// On behalf of a peer.
  adapter_call(adapter_method method, const peer::peer_info& peer, std::size_t held = 0) noexcept;
  /// On behalf of the node itself.
  explicit adapter_call(adapter_method method) noexcept;

  adapter_method method;
  std::uint64_t peer;    // 0: the node itself
  io::endpoint account;  // of that peer
  std::size_t bytes;     // held until the call completes
  io::duration timeout;  // how long its result is accepted; by the method unless it is set otherwise
};

/// Bounds the cost of an adapter that gives its results late or never: the call then has no result after a while.
/// Functions that return their result cost nothing here, but while the node holds more memory for peers than its cap
/// none is called on behalf of a peer. Calls for peers share the limits: the less room is left, the less one account
/// may hold, and no account may add data while peers hold all the memory that they may.
class adapter_calls {
public:
  /// Gives the dispatcher of results from other threads; called for each call that may have one.
  using dispatcher_source = std::function<std::shared_ptr<loop_dispatcher>()>;

  /// `exceptions` and `memory` outlive it.
  adapter_calls(io::runtime& runtime, dispatcher_source dispatcher, peer::exception_boundary& exceptions,
                peer::memory_budget& memory)
      : runtime_(runtime),
        dispatcher_(std::move(dispatcher)),
        exceptions_(exceptions),
        memory_(memory),
        memory_reservation_(memory) {}
  adapter_calls(const adapter_calls&) = delete;
  adapter_calls& operator=(const adapter_calls&) = delete;

  /// Calls the adapter. `done` is called once, on the loop, perhaps before this returns: with the result, or with
  /// nothing if there is none; never after `close`. An exception of the adapter affects only the session of `call`.
  template <class Result, class... Params, class Done, class... Args>
  void call(const request_handler<Result(Params...)>& handler, const adapter_call& call, Done done,
            const Args&... args) {
    if (closed_) return;
    if (!handler) return done(std::optional<Result>{});
    const bool over_cap = call.peer != 0 && memory_.bytes_over_cap() != 0;
    if (handler.is_immediate() && !over_cap) return done(call_now(handler, call, args...));
    if (over_cap || !admits(call)) {
      counted_.refused.add(call.method);
      return done(std::optional<Result>{});
    }
    counted_.made.add(call.method);
    const std::uint64_t id = ++last_id_;
    std::optional<Done> waiting{std::move(done)};
    if (exceptions_.run(call.peer, to_string(call.method),
                        [&] { handler(args..., open<Result>(id, call, waiting)); })) {
      return;
    }
    give_up(id, call);
    if (!waiting) return;  // `done` has been called
    counted_.unanswered.add(call.method);
    (*waiting)(std::optional<Result>{});
  }

  /// Reserves room for data that waits for the result of another call; it counts like a pending call.
  class reservation {
  public:
    reservation(adapter_calls& owner, const adapter_call& call) : owner_(&owner), call_(call) { owner_->enter(call_); }
    reservation(reservation&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)), call_(other.call_) {}
    reservation& operator=(reservation&& other) noexcept {
      std::swap(owner_, other.owner_);
      std::swap(call_, other.call_);
      return *this;
    }
    ~reservation() {
      if (owner_ != nullptr) owner_->leave(call_);
    }

    [[nodiscard]] const adapter_call& about() const noexcept { return call_; }

  private:
    adapter_calls* owner_;
    adapter_call call_;
  };

  /// Nothing if there is no room.
  [[nodiscard]] std::optional<reservation> reserve(const adapter_call& call) {
    if (!admits(call)) return std::nullopt;
    return std::optional<reservation>{std::in_place, *this, call};
  }

  /// To be called when the node stops: forgets the pending calls, and all that are made from now on, also those that
  /// the destruction of a forgotten `done` makes.
  void close() noexcept {
    closed_ = true;
    const auto forgotten = std::exchange(pending_, {});
  }

  [[nodiscard]] peer::adapter_call_statistics statistics() const noexcept;

private:
  class pending : public io::timer_node {
  public:
    pending(adapter_calls& owner, std::uint64_t id, const adapter_call& call)
        : owner_(owner), id_(id), reservation_(owner, call) {}
    virtual ~pending() = default;
    virtual void give_up() = 0;

  private:
    void on_timer() noexcept override { owner_.give_up(id_, reservation_.about()); }

    adapter_calls& owner_;
    std::uint64_t id_;
    reservation reservation_;
  };

  template <class Result, class Done>
  class pending_result final : public pending {
  public:
    pending_result(adapter_calls& owner, std::uint64_t id, const adapter_call& call, Done&& done)
        : pending(owner, id, call), done_(std::move(done)) {}

    void finish(std::optional<Result> answer) { done_(std::move(answer)); }
    void give_up() override { done_(std::optional<Result>{}); }

  private:
    Done done_;
  };

  /// Pending calls.
  struct sum {
    std::size_t count = 0;
    std::size_t bytes = 0;
  };

  /// Calls a function that returns its result.
  template <class Result, class... Params, class... Args>
  std::optional<Result> call_now(const request_handler<Result(Params...)>& handler, const adapter_call& call,
                                 const Args&... args) {
    counted_.made.add(call.method);
    std::optional<Result> result;
    if (!exceptions_.run(call.peer, to_string(call.method), [&] { result.emplace(handler(args...)); })) {
      counted_.unanswered.add(call.method);
    }
    return result;
  }

  /// Moves from `done` only when nothing can fail any more before the call is pending.
  template <class Result, class Done>
  responder<Result> open(std::uint64_t id, const adapter_call& call, std::optional<Done>& done) {
    std::unique_ptr<pending>& entry = pending_[id];
    entry = std::make_unique<pending_result<Result, Done>>(*this, id, call, std::move(*done));
    done.reset();
    const io::time_point due = io::saturating_add(runtime_.now(), call.timeout);
    runtime_.timers().arm(*entry, due);
    return {{id, call.peer, due}, dispatcher_(), [this, id, call](adapter_result<Result> answer) {
              finish<Result, Done>(id, call, std::move(answer));
            }};
  }

  /// Takes the result of the adapter, or its exception on another thread. Ids are unique, so the call found by its id
  /// takes this type of result.
  template <class Result, class Done>
  void finish(std::uint64_t id, const adapter_call& call, adapter_result<Result> answer) noexcept {
    const std::string_view what = to_string(call.method);
    const auto found = take(id, call.method, answer.result.has_value());
    if (answer.thrown) exceptions_.run(call.peer, what, [&] { std::rethrow_exception(answer.thrown); });
    if (found == nullptr) return;
    exceptions_.run(call.peer, what,
                    [&] { static_cast<pending_result<Result, Done>&>(*found).finish(std::move(answer.result)); });
  }

  [[nodiscard]] bool admits(const adapter_call& call) const noexcept;
  void enter(const adapter_call& call);
  void leave(const adapter_call& call) noexcept;
  [[nodiscard]] std::unique_ptr<pending> take(std::uint64_t id, adapter_method method, bool answered) noexcept;
  void give_up(std::uint64_t id, const adapter_call& call) noexcept;

  io::runtime& runtime_;
  dispatcher_source dispatcher_;
  peer::exception_boundary& exceptions_;
  peer::memory_budget& memory_;
  peer::memory_budget::reservation memory_reservation_;  // by pending calls
  std::uint64_t last_id_ = 0;
  sum all_;
  std::map<io::endpoint, sum> by_account_;
  peer::adapter_call_statistics counted_;
  std::map<std::uint64_t, std::unique_ptr<pending>> pending_;  // by id
  bool closed_ = false;
};

}  // namespace pappus::integration
