// refused: with_timeout and with_deadline of an operation refer to the operation: await them in the expression
#include <utility>

#include <pappus/coro/event.hpp>
#include <pappus/io/timeout.hpp>

using namespace std::chrono_literals;

pappus::task<pappus::result<void>> wait(pappus::io::runtime* on, pappus::event* awaited) {
#ifdef MISUSE
  auto bounded = pappus::io::with_timeout(*on, 1s, awaited->wait());  // refers to a temporary that is gone
  co_return co_await std::move(bounded);
#else
  co_return co_await pappus::io::with_timeout(*on, 1s, awaited->wait());
#endif
}
