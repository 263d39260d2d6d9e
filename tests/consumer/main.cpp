// A stranger's first program: a coroutine that sleeps for a millisecond on a loop of its own.
#include <chrono>
#include <cstdio>

#include <pappus/io/timer.hpp>
#include <pappus/uv/loop.hpp>
#include <pappus/version.hpp>

static pappus::task<bool> nap(pappus::uv::loop& loop) {
  const auto slept = co_await pappus::io::sleep_for(loop.runtime(), std::chrono::milliseconds(1));
  co_return slept.has_value();
}

int main() {
  pappus::uv::loop loop;
  const bool slept = loop.run(nap(loop));
  std::printf("pappus %s on libuv %s\n", pappus::library_version.data(), uv_version_string());
  return slept ? 0 : 1;
}
