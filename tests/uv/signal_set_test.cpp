// Sets of signals, and SIGPIPE.
#include <csignal>

#include <doctest/doctest.h>

#include <pappus/uv/loop.hpp>
#include <pappus/uv/signal_set.hpp>

namespace signal_set_test {

using namespace pappus;

#ifndef _WIN32  // where a program cannot raise what libuv catches: events of the console
TEST_CASE("a signal is caught while a coroutine waits for it, and while none does") {
  uv::loop loop;
  uv::signal_set caught{loop, {SIGINT, SIGTERM}};
  auto twice = [](uv::signal_set* from) -> task<int> {
    std::raise(SIGINT);
    const auto first = co_await from->wait();
    std::raise(SIGTERM);
    const auto second = co_await from->wait();
    co_return *first * 100 + *second;
  };
  CHECK(loop.run(twice(&caught)) == SIGINT * 100 + SIGTERM);
}
#endif

TEST_CASE("a signal that cannot be caught is an error") {
  uv::loop loop;
  CHECK_THROWS_AS((uv::signal_set{loop, {SIGINT, -1}}), std::system_error);
}

#ifndef _WIN32  // where there is no SIGPIPE
TEST_CASE("creating a loop ignores SIGPIPE, unless the process has a handler of its own") {
  struct sigaction before {};
  sigaction(SIGPIPE, nullptr, &before);

  std::signal(SIGPIPE, SIG_DFL);
  { uv::loop loop; }
  struct sigaction chosen {};
  sigaction(SIGPIPE, nullptr, &chosen);
  CHECK((chosen.sa_handler == SIG_IGN));

  const auto own = [](int) {};
  std::signal(SIGPIPE, own);
  { uv::loop loop; }
  sigaction(SIGPIPE, nullptr, &chosen);
  CHECK((chosen.sa_handler == static_cast<void (*)(int)>(own)));

  sigaction(SIGPIPE, &before, nullptr);
}
#endif

}  // namespace signal_set_test
