// How the host answers a question: once, at once or later, from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <pappus/io/time.hpp>

namespace pappus::peer {

/// The way from the host's threads back to the loop, as long as there is a node. Level 3 has one.
class dispatcher {
public:
  /// Makes one when it is first needed.
  using maker = std::function<std::shared_ptr<dispatcher>()>;

  dispatcher(const dispatcher&) = delete;
  dispatcher& operator=(const dispatcher&) = delete;
  virtual ~dispatcher() = default;

  /// From any thread. Has `errand`, which does not throw, run on the loop: before this returns, if this is its thread,
  /// or else soon. Destroys it when the node has stopped.
  virtual void dispatch(std::function<void()> errand) = 0;

protected:
  dispatcher() = default;
};

/// A question as such. What is asked are the parameters of the function that is called.
struct adapter_request {
  std::uint64_t id = 0;    // never used again in a node's life
  std::uint64_t peer = 0;  // who wants to know, or has brought what is to be judged; 0: the node itself
  io::time_point due{};    // an answer that comes later is not heard
};

/// What a question comes to: an answer, or none, perhaps since the host has thrown.
template <class Answer>
struct adapter_result {
  std::optional<Answer> given;
  std::exception_ptr thrown;
};

/// To be called once, with the answer; more calls are nothing. Copies are the same reply. When the last is gone and no
/// answer was given there is none, and what was asked about is done without.
template <class Answer>
class responder {
public:
  /// `finish` is called on the loop, and does not throw.
  using finisher = std::function<void(adapter_result<Answer>)>;

  responder(const adapter_request& about, std::shared_ptr<dispatcher> home, finisher finish)
      : state_(std::make_shared<state>(about, std::move(home), std::move(finish))) {}

  /// On the loop's thread what follows from the answer happens before this returns.
  void operator()(Answer answer) const { state_->give({std::move(answer), nullptr}); }

  /// Instead of an answer: as if the host's function had thrown it on the loop.
  void fail(std::exception_ptr thrown) const { state_->give({std::nullopt, std::move(thrown)}); }

  [[nodiscard]] const adapter_request& request() const noexcept { return state_->about; }

private:
  struct state {
    state(const adapter_request& what, std::shared_ptr<dispatcher> way, finisher then)
        : about(what), home(std::move(way)), finish(std::move(then)) {}
    state(const state&) = delete;
    state& operator=(const state&) = delete;
    /// If there is no memory to say so, there is no answer when its time is up.
    ~state() {
      try {
        give({});
      } catch (...) {
        return;
      }
    }

    void give(adapter_result<Answer> answer) {
      if (given.exchange(true)) return;
      const auto carried = std::make_shared<adapter_result<Answer>>(std::move(answer));  // which need not be copyable
      home->dispatch([then = finish, carried] { then(std::move(*carried)); });
    }

    const adapter_request about;
    const std::shared_ptr<dispatcher> home;
    const finisher finish;
    std::atomic<bool> given{false};
  };

  std::shared_ptr<state> state_;
};

}  // namespace pappus::peer
