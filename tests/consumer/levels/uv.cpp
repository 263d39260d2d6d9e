// A timer on a libuv loop.
#include <chrono>

#include <pappus/io/timer.hpp>
#include <pappus/uv/loop.hpp>

static pappus::task<bool> nap(pappus::uv::loop& loop) {
  const auto slept = co_await pappus::io::sleep_for(loop.runtime(), std::chrono::milliseconds(1));
  co_return slept.has_value();
}

int main() {
  pappus::uv::loop loop;
  return loop.run(nap(loop)) ? 0 : 1;
}
