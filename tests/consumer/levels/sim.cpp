// An hour of simulated time.
#include <chrono>

#include <pappus/io/timer.hpp>
#include <pappus/sim/world.hpp>

static pappus::task<bool> nap(pappus::io::runtime* on) {
  const auto slept = co_await pappus::io::sleep_for(*on, std::chrono::hours(1));
  co_return slept.has_value();
}

int main() {
  pappus::sim::world world{1};
  pappus::io::runtime& machine = world.add_machine().runtime();
  return world.run(nap(&machine)) ? 0 : 1;
}
