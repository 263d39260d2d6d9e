// What happened, in order, as coroutines write it down.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <pappus/coro/event.hpp>
#include <pappus/coro/task.hpp>

namespace support {

using journal = std::vector<std::string>;

inline pappus::task<void> note_after(pappus::event& awaited, journal& into, std::string name) {
  static_cast<void>(co_await awaited.wait());
  into.push_back(std::move(name));
}

}  // namespace support
