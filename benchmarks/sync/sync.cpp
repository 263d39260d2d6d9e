// Speed of the synchronization of a chain in a simulated network, in virtual time: headers and blocks a second beside
// what the link, the protocol and Grin's limit on requests allow, silent peers, wasted bytes and memory.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <integration/sync/block_chain.hpp>

#include <pappus/integration/bridge/responder.hpp>
#include <pappus/integration/sync/limits.hpp>
#include <pappus/node.hpp>
#include <pappus/sim/world.hpp>
#include <pappus/statistics.hpp>

namespace {

using namespace pappus;
using namespace std::chrono_literals;
using chain_sync_test::chain_application;

constexpr std::uint16_t port = 23414;
constexpr std::size_t all_headers = 20'000;
constexpr std::size_t all_blocks = 4'000;
constexpr double wanted = 0.9;  // of the least of what limits it

double seconds(io::duration of) { return std::chrono::duration<double>{of}.count(); }

const std::vector<wire::block_ptr>& whole_chain() {
  static const std::vector<wire::block_ptr> chain = chain_sync_test::extended({}, all_headers + 1, 0);
  return chain;
}

/// Mean size on the wire, bytes.
double mean_size(const std::function<std::size_t(const wire::block&)>& size) {
  std::size_t sum = 0;
  for (const auto& each : whole_chain()) sum += size(*each);
  return static_cast<double>(sum) / static_cast<double>(whole_chain().size());
}

class member {
public:
  member(sim::machine& at, std::size_t blocks, const std::function<void(integration::adapter&)>& alter)
      : application_(first(blocks)), life_(at.runtime()), node_(life_, config(at), altered(alter)) {
    application_.attach(node_);
    life_.spawn(run());
  }

  [[nodiscard]] chain_application& application() noexcept { return application_; }
  [[nodiscard]] node& get() noexcept { return node_; }
  void stop() noexcept { life_.request_stop(); }

private:
  static std::vector<wire::block_ptr> first(std::size_t blocks) {
    return {whole_chain().begin(), whole_chain().begin() + static_cast<std::ptrdiff_t>(blocks)};
  }

  static node_config config(const sim::machine& at) {
    node_config config;
    config.listen = io::endpoint{{}, port};
    config.advertise = io::endpoint{at.address(), port};
    config.connection_limits.outbound = 0;
    return config;
  }

  integration::adapter altered(const std::function<void(integration::adapter&)>& alter) {
    integration::adapter functions = application_.adapter();
    if (alter) alter(functions);
    return functions;
  }

  task<void> run() {
    const auto ended = co_await node_.run();
    if (!ended) throw std::runtime_error("a node cannot run: " + ended.error().message());
  }

  chain_application application_;
  sim::runtime& life_;
  node node_;
};

void silence(integration::adapter& functions) {
  functions.locate_headers = [](std::span<const wire::hash>, const integration::responder<std::vector<wire::header>>&) {
  };
  functions.get_block = [](const wire::hash&, const integration::responder<wire::block_ptr>&) {};
}

void want_no_blocks(integration::adapter& functions) {
  functions.get_missing_blocks = [](const std::optional<wire::hash>&, std::size_t) {
    return integration::missing_blocks{};
  };
}

struct scenario {
  std::size_t honest = 1;
  std::size_t silent = 0;
  io::duration round_trip = 50ms;
  std::uint64_t bandwidth = 0;  // bytes a second of each peer's link
  bool headers_alone = false;

  [[nodiscard]] std::size_t length() const noexcept { return headers_alone ? all_headers : all_blocks; }
};

struct outcome {
  double seconds = 0;
  integration::sync_statistics sync;
  std::size_t most_bytes = 0;   // of blocks and headers that were requested or waited
  std::size_t most_memory = 0;  // that peers made the node hold
};

outcome measure(const scenario& what) {
  sim::world_options options;
  options.default_link.latency = what.round_trip / 2;
  options.default_link.bandwidth = what.bandwidth;
  options.default_link.window = std::size_t{2} << 20;  // more than is in flight on these links
  sim::world world{1, options};
  std::vector<std::unique_ptr<member>> peers;
  for (std::size_t i = 0; i != what.honest + what.silent; ++i) {
    const bool is_silent = i < what.silent;
    peers.push_back(std::make_unique<member>(world.add_machine(), what.length() + 1,
                                             is_silent ? silence : std::function<void(integration::adapter&)>{}));
  }
  member fresh{world.add_machine(), 1,
               what.headers_alone ? want_no_blocks : std::function<void(integration::adapter&)>{}};
  world.run_for(1s);
  for (std::size_t i = 0; i != peers.size(); ++i) {
    fresh.get().connect({world.machines()[i]->address(), port}, [](const auto& connected) {
      if (!connected) throw std::runtime_error("cannot connect: " + connected.error().message());
    });
  }
  while (fresh.get().peers().size() != peers.size()) world.run_for(1ms);
  const io::time_point begin = world.now();
  outcome found;
  const auto is_done = [&] {
    return (what.headers_alone ? fresh.application().header_tip() : fresh.application().tip()).height == what.length();
  };
  while (!is_done()) {
    if (world.now() - begin > 24h) throw std::runtime_error("it does not come to an end");
    world.run_for(10ms);
    const node_statistics now = fresh.get().statistics();
    found.most_bytes = std::max(found.most_bytes, now.sync.status.bytes);
    found.most_memory = std::max(found.most_memory, now.memory.used);
  }
  found.seconds = seconds(world.now() - begin);
  found.sync = fresh.get().statistics().sync;
  for (const auto& each : peers) each->stop();
  fresh.stop();
  world.run_for(1min);
  return found;
}

std::string link_of(std::uint64_t bandwidth) {
  return bandwidth == 0 ? "unlimited" : std::to_string(bandwidth * 8 / 1'000'000) + " Mbit/s";
}

/// A line of the table. False if it is less than wanted.
bool show(const char* what, const scenario& of, double rate, double floor, const char* limited_by) {
  const double ratio = rate / floor;
  std::printf("  %-8s %zu %-6s %4.0f ms  %-10s %8.0f/s  %8.0f/s by %-11s %3.0f %%%s\n", what, of.honest,
              of.honest == 1 ? "peer" : "peers", seconds(of.round_trip) * 1e3, link_of(of.bandwidth).c_str(), rate,
              floor, limited_by, 100 * ratio, ratio < wanted ? "  below 90 %" : "");
  return ratio >= wanted;
}

void measure_rates(std::size_t honest, io::duration round_trip, std::uint64_t bandwidth) {
  const double header_size = mean_size([](const wire::block& of) { return of.header().size(); });
  const double block_size = mean_size([](const wire::block& of) { return of.raw_bytes().size(); });
  const double link = bandwidth == 0 ? 1e12 : static_cast<double>(bandwidth);
  scenario of{honest, 0, round_trip, bandwidth, true};
  // A request names the last header of the response before it, so the link rests for a round trip after each.
  const double batch = wire::limits::max_headers;
  const double headers = batch / (seconds(round_trip) + batch * header_size / link);
  show("headers", of, all_headers / measure(of).seconds, headers, "round trips");
  of.headers_alone = false;
  const auto peers = static_cast<double>(honest);
  const double by_link = peers * link / block_size;
  const double by_limit = peers * integration::limits::sync_request_rate;
  show("blocks", of, all_blocks / measure(of).seconds, std::min(by_link, by_limit),
       by_link < by_limit ? "link" : "6 a peer");
}

void measure_silence() {
  const outcome alone = measure({1, 0, 50ms, 0, false});
  const outcome crowd = measure({1, 7, 50ms, 0, false});
  const double limit = 2 * alone.seconds + 60;
  std::printf("\n%zu blocks from one peer: %.0f s; with 7 silent peers beside it: %.0f s (at most %.0f s wanted)%s\n",
              all_blocks, alone.seconds, crowd.seconds, limit, crowd.seconds > limit ? "  MISSED" : "");
  const auto& sync = crowd.sync;
  std::printf("  wasted: %llu of %llu bytes (%.1f %%, at most 10 %% wanted), %llu of %llu headers\n",
              static_cast<unsigned long long>(sync.status.bytes_wasted),
              static_cast<unsigned long long>(sync.bytes_received),
              100.0 * static_cast<double>(sync.status.bytes_wasted) / static_cast<double>(sync.bytes_received),
              static_cast<unsigned long long>(sync.status.headers_wasted),
              static_cast<unsigned long long>(sync.headers_received));
  std::printf(
      "  memory: %.1f MiB requested or waiting, as if each block were the largest; %.1f MiB held for 8 peers "
      "(at most 72 MiB wanted)\n",
      static_cast<double>(crowd.most_bytes) / (1 << 20), static_cast<double>(crowd.most_memory) / (1 << 20));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) {
    const bool help = std::strcmp(argv[1], "--help") == 0 || std::strcmp(argv[1], "-h") == 0;
    std::fputs(
        "usage: sh benchmarks/run.sh sync [--grin [OPTION...]]\nSynchronizes a made-up chain over simulated links, in "
        "virtual time.\n",
        help ? stdout : stderr);
    return help ? 0 : 2;
  }
  std::printf("%zu headers of %.0f bytes, or %zu blocks of %.0f bytes; beside each rate what limits it\n", all_headers,
              mean_size([](const wire::block& of) { return of.header().size(); }), all_blocks,
              mean_size([](const wire::block& of) { return of.raw_bytes().size(); }));
  for (const std::uint64_t bandwidth : {std::uint64_t{1'250'000}, std::uint64_t{125'000}}) {
    for (const io::duration round_trip : {50ms, 500ms}) {
      for (const std::size_t peers : {1U, 8U}) measure_rates(peers, round_trip, bandwidth);
    }
  }
  measure_silence();
}
