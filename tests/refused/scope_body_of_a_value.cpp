// refused: the body of a scope returns a task, or void
#include <pappus/coro/scope.hpp>

pappus::task<void> open_one() {
#ifdef MISUSE
  co_await pappus::with_scope([](pappus::scope&) { return 1; });
#else
  co_await pappus::with_scope([](pappus::scope&) {});
#endif
}
