// refused: a task is awaited once: write co_await std::move(name), and do not use it again
#include <utility>

#include <pappus/coro/when_all.hpp>

pappus::task<void> make() { co_return; }

pappus::task<void> await_both() {
  auto both = pappus::when_all(make(), make());
#ifdef MISUSE
  co_await both;
#else
  co_await std::move(both);
#endif
}
