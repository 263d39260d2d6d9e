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

#include <pappus/io/endpoint.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/timer_heap.hpp>
#include <pappus/peer/accounts/account_key.hpp>
#include <pappus/peer/adapter/request_handler.hpp>
#include <pappus/peer/adapter/responder.hpp>
#include <pappus/peer/bridge/statistics.hpp>
#include <pappus/peer/enum_counters.hpp>
#include <pappus/peer/limits.hpp>
#include <pappus/peer/memory_budget.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/session/containment.hpp>

namespace pappus::peer {

struct adapter_call {
  /// On behalf of a peer.
  adapter_call(adapter_method what, const peer_info& by, std::size_t held = 0) noexcept;
  /// On behalf of the node itself.
  explicit adapter_call(adapter_method what) noexcept;

  adapter_method kind;
  std::uint64_t peer;     // 0: the node itself
  io::endpoint account;   // of that peer
  std::size_t bytes;      // held until the call completes
  io::duration patience;  // how long its result is accepted; by the method unless it is set otherwise
};

/// Bounds the cost of an adapter that gives its results late or never: the call then has no result after a while.
/// Functions that return their result cost nothing here, but while the node holds more memory for peers than its cap
/// none is called on behalf of a peer. Calls for peers share the limits: the less room is left, the
/// less one account may hold, and no account may add data while peers hold all the memory that they may.
class adapter_calls {
public:
  /// `faults` and `memory` outlive it.
  adapter_calls(io::runtime& on, dispatcher::maker home, containment& faults, memory_budget& memory)
      : on_(on), make_home_(std::move(home)), faults_(faults), memory_(memory), held_(memory) {}
  adapter_calls(const adapter_calls&) = delete;
  adapter_calls& operator=(const adapter_calls&) = delete;

  /// Calls the adapter. `done` is called once, on the loop, perhaps before this returns: with the result, or with
  /// nothing if there is none; never after `close`. An exception of the adapter affects only the session of `about`.
  template <class Answer, class... Args, class Done, class... Asked>
  void ask(const request_handler<Answer(Args...)>& question, const adapter_call& about, Done done,
           const Asked&... asked) {
    if (!question) return done(std::optional<Answer>{});
    const bool over_cap = about.peer != 0 && memory_.excess() != 0;
    if (question.is_immediate() && !over_cap) return done(answer_to(question, about, asked...));
    if (over_cap || !admits(about)) {
      counted_.refused.add(about.kind);
      return done(std::optional<Answer>{});
    }
    counted_.asked.add(about.kind);
    const std::uint64_t id = ++last_id_;
    std::optional<Done> waits{std::move(done)};
    if (faults_.run(about.peer, to_string(about.kind), [&] { question(asked..., open<Answer>(id, about, waits)); })) {
      return;
    }
    give_up(id, about);
    if (!waits) return;  // `done` has been called
    counted_.unanswered.add(about.kind);
    (*waits)(std::optional<Answer>{});
  }

  /// Reserves room for data that waits for the result of another call; it counts like a pending call.
  class place {
  public:
    place(adapter_calls& in, const adapter_call& about) : in_(&in), about_(about) { in_->enter(about_); }
    place(place&& other) noexcept : in_(std::exchange(other.in_, nullptr)), about_(other.about_) {}
    place& operator=(place&& other) noexcept {
      std::swap(in_, other.in_);
      std::swap(about_, other.about_);
      return *this;
    }
    ~place() {
      if (in_ != nullptr) in_->leave(about_);
    }

    [[nodiscard]] const adapter_call& about() const noexcept { return about_; }

  private:
    adapter_calls* in_;
    adapter_call about_;
  };

  /// Nothing if there is no room.
  [[nodiscard]] std::optional<place> reserve(const adapter_call& about) {
    if (!admits(about)) return std::nullopt;
    return std::optional<place>{std::in_place, *this, about};
  }

  /// To be called when the node stops: forgets the pending calls.
  void close() noexcept { open_.clear(); }

  [[nodiscard]] adapter_call_statistics statistics() const noexcept;

private:
  class pending : public io::timer_node {
  public:
    pending(adapter_calls& of, std::uint64_t id, const adapter_call& about) : of_(of), id_(id), held_(of, about) {}
    virtual ~pending() = default;
    virtual void give_up() = 0;

  private:
    void on_timer() noexcept override { of_.give_up(id_, held_.about()); }

    adapter_calls& of_;
    std::uint64_t id_;
    place held_;
  };

  template <class Answer, class Done>
  class pending_answer final : public pending {
  public:
    pending_answer(adapter_calls& of, std::uint64_t id, const adapter_call& about, Done&& done)
        : pending(of, id, about), done_(std::move(done)) {}

    void finish(std::optional<Answer> answer) { done_(std::move(answer)); }
    void give_up() override { done_(std::optional<Answer>{}); }

  private:
    Done done_;
  };

  /// Pending calls.
  struct sum {
    std::size_t count = 0;
    std::size_t bytes = 0;
  };

  /// Calls a function that returns its result.
  template <class Answer, class... Args, class... Asked>
  std::optional<Answer> answer_to(const request_handler<Answer(Args...)>& question, const adapter_call& about,
                                  const Asked&... asked) {
    counted_.asked.add(about.kind);
    std::optional<Answer> given;
    if (!faults_.run(about.peer, to_string(about.kind), [&] { given.emplace(question(asked...)); })) {
      counted_.unanswered.add(about.kind);
    }
    return given;
  }

  /// Moves from `done` only when nothing can fail any more before the call is pending.
  template <class Answer, class Done>
  responder<Answer> open(std::uint64_t id, const adapter_call& about, std::optional<Done>& done) {
    std::unique_ptr<pending>& waiting = open_[id];
    waiting = std::make_unique<pending_answer<Answer, Done>>(*this, id, about, std::move(*done));
    done.reset();
    const io::time_point due = io::saturating_add(on_.now(), about.patience);
    on_.timers().arm(*waiting, due);
    return {{id, about.peer, due}, home(), [this, id, about](adapter_result<Answer> answer) {
              finish<Answer, Done>(id, about, std::move(answer));
            }};
  }

  /// Takes the result of the adapter, or its exception on another thread. Ids are unique, so the call found by its id
  /// takes this type of result.
  template <class Answer, class Done>
  void finish(std::uint64_t id, const adapter_call& about, adapter_result<Answer> answer) noexcept {
    const std::string_view what = to_string(about.kind);
    const auto found = take(id, about.kind, answer.given.has_value());
    if (answer.thrown) faults_.run(about.peer, what, [&] { std::rethrow_exception(answer.thrown); });
    if (found == nullptr) return;
    faults_.run(about.peer, what,
                [&] { static_cast<pending_answer<Answer, Done>&>(*found).finish(std::move(answer.given)); });
  }

  [[nodiscard]] bool admits(const adapter_call& about) const noexcept;
  void enter(const adapter_call& about);
  void leave(const adapter_call& about) noexcept;
  [[nodiscard]] const std::shared_ptr<dispatcher>& home();
  [[nodiscard]] std::unique_ptr<pending> take(std::uint64_t id, adapter_method kind, bool answered) noexcept;
  void give_up(std::uint64_t id, const adapter_call& about) noexcept;

  io::runtime& on_;
  dispatcher::maker make_home_;
  containment& faults_;
  memory_budget& memory_;
  memory_budget::share held_;  // by pending calls
  std::shared_ptr<dispatcher> home_;
  std::uint64_t last_id_ = 0;
  sum all_;
  std::map<io::endpoint, sum> by_account_;
  adapter_call_statistics counted_;
  std::map<std::uint64_t, std::unique_ptr<pending>> open_;  // by id
};

}  // namespace pappus::peer
