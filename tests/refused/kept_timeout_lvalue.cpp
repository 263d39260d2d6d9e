// refused: with_timeout and with_deadline of an operation refer to the operation: await them in the expression
#include <pappus/coro/event.hpp>
#include <pappus/io/timeout.hpp>

using namespace std::chrono_literals;

pappus::task<pappus::result<void>> wait(pappus::io::runtime* on, pappus::event* awaited) {
  auto waiting = awaited->wait();
#ifdef MISUSE
  auto bounded = pappus::io::with_timeout(*on, 1s, waiting);
  co_return co_await bounded;
#else
  co_return co_await pappus::io::with_timeout(*on, 1s, waiting);
#endif
}
