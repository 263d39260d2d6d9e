// The awaitable concept, and the result type and the awaiter of an awaitable.
#include <coroutine>
#include <string>
#include <type_traits>
#include <utility>

#include <doctest/doctest.h>

#include <pappus/coro/awaitable.hpp>
#include <pappus/coro/channel.hpp>
#include <pappus/coro/event.hpp>
#include <pappus/coro/semaphore.hpp>
#include <pappus/result.hpp>

#include "support/manual_loop.hpp"

namespace awaitable_test {

using pappus::channel;
using pappus::event;
using pappus::result;
using pappus::semaphore;
using pappus::task;
using pappus::coro::await_result_t;
using pappus::coro::awaitable;
using support::manual_loop;

namespace {

/// Has a non-member operator co_await.
struct non_member_awaitable {
  int value;
};
std::suspend_never operator co_await(const non_member_awaitable& /*awaited*/) noexcept { return {}; }

task<int> make_seven() { co_return 7; }

/// Awaits through `get_awaiter`, as the compiler does.
template <class Awaitable>
class forwarding_awaiter {
public:
  explicit forwarding_awaiter(Awaitable&& awaited)
      : awaiter_(pappus::coro::get_awaiter(std::forward<Awaitable>(awaited))) {}
  bool await_ready() { return awaiter_.await_ready(); }
  template <class Promise>
  [[gnu::noinline]] decltype(auto) await_suspend(std::coroutine_handle<Promise> handle) {
    return awaiter_.await_suspend(handle);
  }
  decltype(auto) await_resume() { return awaiter_.await_resume(); }

private:
  pappus::coro::awaiter_t<Awaitable> awaiter_;
};

task<int> await_forwarded() {
  event set;
  set.set();
  const auto waited = co_await forwarding_awaiter<event::wait_operation>{set.wait()};
  CHECK(waited);
  event::wait_operation wait = set.wait();
  const auto again = co_await forwarding_awaiter<event::wait_operation&>{wait};
  CHECK(again);
  co_await forwarding_awaiter<non_member_awaitable>{non_member_awaitable{1}};
  co_return co_await forwarding_awaiter<task<int>>{make_seven()};
}

}  // namespace

TEST_CASE("operations, tasks and types with an operator co_await are awaitables, other types are not") {
  CHECK(awaitable<event::wait_operation>);
  CHECK(awaitable<event::wait_operation&>);
  CHECK(awaitable<channel<int>::send_operation>);
  CHECK(awaitable<task<int>>);
  CHECK_FALSE(awaitable<task<int>&>);  // a task is awaited as an rvalue
  CHECK(awaitable<non_member_awaitable>);
  CHECK(awaitable<std::suspend_always>);
  CHECK_FALSE(awaitable<int>);
  CHECK_FALSE(awaitable<std::string>);
  CHECK_FALSE(awaitable<event>);
}

TEST_CASE("await_result_t is the result type of an awaitable") {
  CHECK(std::is_same_v<await_result_t<event::wait_operation>, result<void>>);
  CHECK(std::is_same_v<await_result_t<channel<std::string>::receive_operation&>, result<std::string>>);
  CHECK(std::is_same_v<await_result_t<semaphore::acquire_operation>, result<semaphore::permit>>);
  CHECK(std::is_same_v<await_result_t<task<int>>, int>);
  CHECK(std::is_void_v<await_result_t<task<void>>>);
  CHECK(std::is_void_v<await_result_t<non_member_awaitable>>);
}

TEST_CASE("the awaiter of an awaitable returns what awaiting it returns") {
  manual_loop loop;
  CHECK(loop.run(await_forwarded()) == 7);
}

}  // namespace awaitable_test
