// Completions that a node is given: each is called once.
#pragma once

#include <deque>
#include <new>
#include <string>

#include <support/exposure.hpp>

#include <pappus/node.hpp>

#include "rules.hpp"

namespace sweeps {

using support::exposed;

class completions {
public:
  /// Calls `operation` with the node and a completion, which calls `then` with its outcome. If there is no memory for
  /// the call, it has not been made.
  template <class Operation, class Then>
  void ask(pappus::node& of, const char* what, Operation operation, Then then) {
    const sheltered outside;
    call& made = calls_.emplace_back();
    made.what = what;
    const auto done = [made = &made, then](const auto& outcome) {
      const sheltered here;
      ++made->calls;
      then(outcome);
    };
    try {
      const exposed here;
      operation(of, done);
    } catch (const std::bad_alloc&) {
      made.threw = true;
    }
  }

  /// When the node is no more: reports those that were not called once, and forgets all.
  void check(rules& watch, const std::string& name) {
    for (const call& each : calls_) {
      if (each.calls == 1 || (each.threw && each.calls == 0)) continue;
      watch.broken(name + ": a completion is called once: " + each.what + " was called " + std::to_string(each.calls) +
                   " times");
    }
    calls_.clear();
  }

private:
  struct call {
    const char* what = "";
    int calls = 0;
    bool threw = false;  // the call with which it was given
  };

  std::deque<call> calls_;
};

}  // namespace sweeps
