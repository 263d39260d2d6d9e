// A task whose error is an exception, for those who take only exceptions.
#pragma once

#include <pappus/coro/task.hpp>
#include <pappus/result.hpp>

namespace pappus::coro {

/// Awaits `body`; throws its error, if it completes with one, as `std::system_error`.
[[nodiscard]] task<void> or_throw(task<result<void>> body);

}  // namespace pappus::coro
