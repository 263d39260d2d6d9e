#include <system_error>
#include <utility>

#include <pappus/coro/or_throw.hpp>

namespace pappus::coro {

task<void> or_throw(task<result<void>> body) {
  const auto ended = co_await std::move(body);
  if (!ended) throw std::system_error{ended.error()};
}

}  // namespace pappus::coro
