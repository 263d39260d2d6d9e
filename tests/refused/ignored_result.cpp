// refused: [-Werror,-Wunused-result]
// by clang alone
#include <pappus/coro/event.hpp>
#include <pappus/coro/task.hpp>

pappus::task<void> wait(pappus::event* awaited) {
#ifdef MISUSE
  co_await awaited->wait();
#else
  static_cast<void>(co_await awaited->wait());
#endif
}
