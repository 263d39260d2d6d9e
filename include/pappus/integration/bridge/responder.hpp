// Completes an adapter call: once, during the call or later, from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <pappus/exceptions.hpp>
#include <pappus/integration/threads/loop_dispatcher.hpp>
#include <pappus/io/time.hpp>

namespace pappus::integration {

/// Description of an adapter call. Its data are the parameters of the function that is called.
struct adapter_request {
  std::uint64_t id = 0;    // unique in a node's life
  std::uint64_t peer = 0;  // the peer that has requested the data or sent what is to be validated; 0: the node itself
  io::time_point due{};    // a later result is ignored
};

/// Result of an adapter call, or none, perhaps because the adapter has thrown.
template <class Result>
struct adapter_result {
  std::optional<Result> result;  // none: the adapter gave none, or has thrown
  std::exception_ptr thrown;     // null: nothing was thrown
};

/// To be called once, with the result; further calls have no effect. Copies share the call. When the last copy is
/// destroyed without a result there is none, and the node continues without it.
template <class Result>
class responder {
public:
  /// `finish` is called on the loop, and does not throw.
  using finisher = std::function<void(adapter_result<Result>)>;

  responder(const adapter_request& request, std::shared_ptr<loop_dispatcher> dispatcher, finisher finish)
      : state_(std::make_shared<state>(request, std::move(dispatcher), std::move(finish))) {}

  /// On the loop's thread the result is processed before this returns.
  void operator()(Result answer) const { state_->give({std::move(answer), nullptr}); }

  /// Instead of a result: as if the adapter's function had thrown this on the loop.
  void fail(std::exception_ptr thrown) const { state_->give({std::nullopt, std::move(thrown)}); }

  /// The call that is completed.
  [[nodiscard]] const adapter_request& request() const noexcept { return state_->about; }

private:
  struct state {
    state(const adapter_request& request, std::shared_ptr<loop_dispatcher> to, finisher then)
        : about(request), dispatcher(std::move(to)), finish(std::move(then)) {}
    state(const state&) = delete;
    state& operator=(const state&) = delete;
    /// If there is no memory to report that there is no result, the call ends when its time is up.
    ~state() {
      PAPPUS_EXCEPTIONS_TRY { give({}); }
      PAPPUS_EXCEPTIONS_CATCH { return; }
    }

    void give(adapter_result<Result> answer) {
      if (given.exchange(true)) return;
      const auto carried = std::make_shared<adapter_result<Result>>(std::move(answer));  // not necessarily copyable
      dispatcher->dispatch([then = finish, carried] { then(std::move(*carried)); });
    }

    const adapter_request about;
    const std::shared_ptr<loop_dispatcher> dispatcher;
    const finisher finish;
    std::atomic<bool> given{false};
  };

  std::shared_ptr<state> state_;
};

}  // namespace pappus::integration
