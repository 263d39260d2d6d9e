// The functions of an adapter as the node gets them: each call is told first, and is not the node's allocation.
#pragma once

#include <chrono>
#include <functional>
#include <new>
#include <utility>

#include <support/exposure.hpp>

#include <pappus/integration/bridge/request_handler.hpp>
#include <pappus/io/timer.hpp>

#include "node_run.hpp"

namespace sweeps {

using namespace pappus;
using namespace std::chrono_literals;
using support::sheltered;

/// Told of each call of a function, by its name.
class call_observer {
public:
  virtual void told(const node_run& in, const char* function) = 0;

protected:
  ~call_observer() = default;
};

/// Makes the functions for one run of a node. Both must outlast the functions.
class watched_functions {
public:
  watched_functions(call_observer& observer, const node_run& in) noexcept : observer_(observer), in_(in) {}

  template <class Result, class... Args, class Function>
  void answer(integration::request_handler<Result(Args...)>& handler, const char* name, Function function) const {
    handler = [to = &observer_, in = &in_, name, function](Args... args) -> Result {
      const sheltered here;
      to->told(*in, name);
      return function(args...);
    };
  }

  /// Completes the result later, by a coroutine of its own.
  template <class Result, class... Args, class Function>
  void answer_later(integration::request_handler<Result(Args...)>& handler, const char* name, Function function) const {
    handler = [to = &observer_, in = &in_, name, function](Args... args, const integration::responder<Result>& back) {
      const sheltered here;
      to->told(*in, name);
      in->process->spawn(respond<Result>(in->process, back, function(args...)));
    };
  }

  template <class... Args, class Function>
  void hear(std::function<void(Args...)>& notification, const char* name, Function function) const {
    notification = [to = &observer_, in = &in_, name, function](Args... args) {
      const sheltered here;
      to->told(*in, name);
      function(args...);
    };
  }

  /// A function that is there already.
  template <class Result, class... Args>
  void watch(integration::request_handler<Result(Args...)>& handler, const char* name) const {
    if (handler) answer(handler, name, [inner = handler](Args... args) { return inner(args...); });
  }

private:
  template <class Result>
  static task<void> respond(io::runtime* on, integration::responder<Result> to, Result value) {
    static_cast<void>(co_await io::sleep_for(*on, 50ms));
    try {
      to(std::move(value));
    } catch (const std::bad_alloc&) {
      co_return;  // as if it had not answered
    }
  }

  call_observer& observer_;
  const node_run& in_;
};

}  // namespace sweeps
