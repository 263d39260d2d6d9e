// Benchmark of the simulator with whole nodes above it: speed relative to real time, with pings only and with
// transactions, memory, events and allocations.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include <support/allocations.hpp>
#include <support/cpu_time.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pappus/io/time.hpp>
#include <pappus/peer/connections/limits.hpp>
#include <pappus/peer/session/limits.hpp>

#include "network.hpp"

namespace {

using namespace std::chrono_literals;
namespace io = pappus::io;
namespace limits = pappus::peer::limits;

/// Between two transactions of the network.
constexpr io::duration transaction_interval = 5s;

struct scale {
  std::size_t nodes;
  io::duration warm_up;  // until the books of addresses hardly grow any more
  io::duration measured;
  double speed_goal;   // times faster than real time, pings only; 0: none
  double memory_goal;  // MiB
};

double seconds(io::duration of) { return std::chrono::duration<double>{of}.count(); }

double cpu_seconds() { return static_cast<double>(process_cpu_us()) * 1e-6; }

double peak_memory() {  // in MiB
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_maxrss) / 1024;
}

/// What a part of a run took.
class measurement {
public:
  explicit measurement(benchmarks::network& of) : of_(of) {}

  void show(const char* what, double goal) {
    const double took = cpu_seconds() - cpu_;
    const double simulated = seconds(of_.world().now() - start_);
    const auto events = static_cast<double>(of_.world().events() - events_);
    std::printf("  %-18s %6.1f times faster than real time", what, simulated / took);
    if (goal != 0) std::printf(" (goal %.0f)%s", goal, simulated / took < goal ? ", MISSED" : "");
    std::printf("; %.2f million events a second, %.2f allocations an event, %.1f events a node and simulated second\n",
                events / took * 1e-6, static_cast<double>(benchmarks::allocations() - allocations_) / events,
                events / simulated / static_cast<double>(of_.world().machines().size()));
  }

private:
  benchmarks::network& of_;
  double cpu_ = cpu_seconds();
  io::time_point start_ = of_.world().now();
  std::uint64_t events_ = of_.world().events();
  std::uint64_t allocations_ = benchmarks::allocations();
};

void measure(const scale& of) {
  const auto transactions = static_cast<std::size_t>(of.measured / transaction_interval);
  const double before = peak_memory();
  const double begin = cpu_seconds();
  benchmarks::network all{of.nodes, transactions};
  all.world().run_for(of.warm_up);
  std::printf(
      "%zu nodes with %zu outbound peers each, %zu sessions; connected after %.0f simulated seconds, %.1f s of CPU\n",
      of.nodes, limits::max_outbound, all.sessions(), seconds(all.world().now().time_since_epoch()),
      cpu_seconds() - begin);

  measurement pings{all};
  all.world().run_for(of.measured);
  pings.show("pings only:", of.speed_goal);

  measurement transacting{all};
  for (std::size_t i = 0; i != transactions; ++i) {
    all.make_transaction();
    all.world().run_for(transaction_interval);
  }
  transacting.show("with transactions:", 0);
  std::printf("  %.0f transactions a minute, %.0f nodes reached by each\n", 60 / seconds(transaction_interval),
              static_cast<double>(all.received()) / static_cast<double>(transactions));
  const double memory = peak_memory();
  std::printf("  %.0f MiB at most (goal %.0f)%s, %.0f KiB a node\n", memory, of.memory_goal,
              memory > of.memory_goal ? ", MISSED" : "", (memory - before) * 1024 / static_cast<double>(of.nodes));
  std::fflush(stdout);
  std::_Exit(0);  // the memory of the next is its own, and nothing is gained by an orderly end
}

/// In a process of its own; false if that fails.
bool measure_apart(const scale& of) {
  const pid_t child = fork();
  if (child == 0) measure(of);
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace

int main(int argc, char** argv) {
  const bool quick = argc == 2 && std::strcmp(argv[1], "--quick") == 0;
  if (argc > 1 && !quick) {
    const bool help = std::strcmp(argv[1], "--help") == 0 || std::strcmp(argv[1], "-h") == 0;
    std::fputs(
        "usage: sh benchmarks/run.sh sim [--quick | --profile]\nSimulates 1,000 and 10,000 whole nodes. --quick: 1,000 "
        "for "
        "a short time; --profile: the same under perf, and which share of the time goes where.\n",
        help ? stdout : stderr);
    return help ? 0 : 2;
  }
  std::printf("pings every %.0f s; CPU time of one thread, user and system\n", seconds(limits::ping_interval));
  std::fflush(stdout);
  if (quick) return measure_apart({1'000, 2min, 1min, 300, 2048}) ? 0 : 1;
  const bool done = measure_apart({1'000, 10min, 10min, 300, 2048}) && measure_apart({10'000, 5min, 1min, 20, 4096});
  return done ? 0 : 1;
}
