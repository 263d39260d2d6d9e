// refused: a task is awaited once: write co_await std::move(name), and do not use it again
#include <utility>

#include <pappus/coro/task.hpp>

pappus::task<int> make() { co_return 1; }

pappus::task<int> await_it() {
  auto made = make();
#ifdef MISUSE
  co_return co_await made;
#else
  co_return co_await std::move(made);
#endif
}
