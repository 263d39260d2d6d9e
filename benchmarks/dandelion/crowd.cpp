// Benchmark of a thousand complete nodes on one simulated network: speed relative to real time, and memory.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <memory>
#include <stdexcept>
#include <vector>

#include <sys/resource.h>

#include <pappus/node.hpp>
#include <pappus/peer/connections/limits.hpp>
#include <pappus/peer/session/limits.hpp>
#include <pappus/sim/world.hpp>
#include <pappus/statistics.hpp>

namespace {

using namespace pappus;
using namespace std::chrono_literals;

constexpr std::size_t size = 1'000;
constexpr std::uint16_t port = 3414;
constexpr io::duration to_find_each_other = 30min;
constexpr io::duration measured = 10min;

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double peak_memory() {  // in MiB
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_maxrss) / 1024;
}

/// A node that finds its peers by itself, as on the Internet.
class resident {
public:
  resident(sim::machine& at, bool is_seed) : life_(at.runtime()), node_(life_, config(at, is_seed), {}) {
    life_.spawn(run());
  }

  [[nodiscard]] bool has_its_peers() const { return node_.statistics().outbound >= peer::limits::max_outbound; }
  [[nodiscard]] std::size_t peers() const { return node_.peers().size(); }
  void stop() noexcept { life_.request_stop(); }

private:
  static node_config config(const sim::machine& at, bool is_seed) {
    node_config config;
    config.chain.on_internet = true;
    config.listen = io::endpoint{{}, port};
    config.advertise = io::endpoint{at.address(), port};
    config.seeds.emplace();
    if (!is_seed) config.seeds->push_back({"seed.example", port});
    return config;
  }

  task<void> run() {
    const auto ended = co_await node_.run();
    if (!ended) throw std::runtime_error("a node cannot run: " + ended.error().message());
  }

  sim::runtime& life_;
  node node_;
};

void measure() {
  sim::world world{1};
  std::vector<std::unique_ptr<resident>> all;
  world.set_name("seed.example", {world.add_machine().address()});
  while (world.machines().size() != size) world.add_machine();
  for (const auto& each : world.machines()) all.push_back(std::make_unique<resident>(*each, all.empty()));

  const auto lacks_peers = [](const auto& each) { return !each->has_its_peers(); };
  while (std::ranges::any_of(all, lacks_peers)) {
    if (world.now().time_since_epoch() > to_find_each_other) throw std::runtime_error("they do not find each other");
    world.run_for(10s);
  }
  std::size_t sessions = 0;
  for (const auto& each : all) sessions += each->peers();
  std::printf("%zu nodes with %zu outbound peers each, %zu sessions, all found after %.0f simulated seconds\n", size,
              peer::limits::max_outbound, sessions,
              std::chrono::duration<double>{world.now().time_since_epoch()}.count());

  const std::uint64_t events = world.events();
  const double start = cpu_seconds();
  world.run_for(measured);
  const double took = cpu_seconds() - start;
  const double simulated = std::chrono::duration<double>{measured}.count();
  const auto happened = static_cast<double>(world.events() - events);
  std::printf(
      "%.0f simulated seconds, pings every %.0f s: %.2f s of CPU, %.0f times faster than real time (goal 100)\n",
      simulated, std::chrono::duration<double>{peer::limits::ping_interval}.count(), took, simulated / took);
  std::printf("%.2f million events a second; at most %.0f MiB of memory (goal 2048)\n", happened / took * 1e-6,
              peak_memory());

  for (const auto& each : all) each->stop();
  world.run_for(peer::limits::disconnect_timeout + 1s);
}

}  // namespace

int main() { measure(); }
