// refused: g++ 12 destroys the captures of a lambda twice that is a temporary in an expression that awaits
// by g++ alone
#include <string>

#include <pappus/coro/scope.hpp>

pappus::task<void> print(const std::string*) { co_return; }

pappus::task<void> open_one() {
  const std::string text = "text";
#ifdef MISUSE
  co_await pappus::with_scope([text](pappus::scope& children) { children.spawn(print(&text)); });
#else
  co_await pappus::with_scope([&text](pappus::scope& children) { children.spawn(print(&text)); });
#endif
}
