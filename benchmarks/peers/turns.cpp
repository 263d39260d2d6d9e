// Benchmark of the longest turn of the loop under hostile load: the time between two polls, for which all other
// connections wait. A node on a loopback port, and peers on another thread that send the messages that cost most to
// read.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <pappus/io/timer.hpp>
#include <pappus/node.hpp>
#include <pappus/uv/loop.hpp>
#include <pappus/wire/grin_messages.hpp>

namespace {

using namespace pappus;
namespace messages = wire::messages;
using clock_type = std::chrono::steady_clock;

constexpr std::size_t inputs = 39'973;  // inputs of the largest transaction
constexpr std::size_t peers = 120;

const wire::chain_parameters& network() {
  static const wire::chain_parameters chosen = wire::chain_parameters_for(wire::chain_type::mainnet);
  return chosen;
}

template <wire::message Message>
wire::bytes frame_of(const Message& said) {
  return wire::grin_messages::encode(said, network(), wire::latest_version).value();
}

/// The frame of a transaction with `inputs` inputs and one kernel.
wire::bytes large_transaction(std::uint64_t seed) {
  struct element {
    wire::hash order;
    wire::commitment spent;
  };
  std::vector<element> spent(inputs);
  for (std::size_t i = 0; i != inputs; ++i) {
    std::uint64_t number = seed << 32 | i;
    for (std::size_t byte = 0; byte != sizeof number; ++byte) {
      spent[i].spent.raw[byte] = static_cast<std::byte>(number >> 8 * byte);
    }
    spent[i].order = wire::blake2b(spent[i].spent.raw);
  }
  std::ranges::sort(spent, {}, &element::order);
  wire::writer out{wire::latest_version};
  out.fixed(wire::kernel_offset{});
  for (const std::uint64_t count : {std::uint64_t{inputs}, std::uint64_t{0}, std::uint64_t{1}}) out.u64(count);
  for (const element& each : spent) out.fixed(each.spent);
  wire::kernel kernel;
  kernel.fee.raw = seed + 1;
  kernel.write(out);
  const wire::bytes body = std::move(out).finish().value();
  wire::reader in{body, {wire::latest_version, network().limits}};
  const wire::transaction_ptr tx = wire::transaction::read(in);
  if (tx == nullptr) throw std::runtime_error("made up wrongly");
  return frame_of(messages::transaction{tx});
}

/// A peer with a blocking socket.
class client {
public:
  explicit client(std::uint16_t port, std::uint32_t number) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in from{};
    from.sin_family = AF_INET;
    from.sin_addr.s_addr = htonl(0x7f000000 + ((number + 1) << 16) + 1);  // a netgroup of its own
    sockaddr_in to = from;
    to.sin_addr.s_addr = htonl(0x7f000001);
    to.sin_port = htons(port);
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&from), sizeof from) != 0 ||
        ::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
      throw std::runtime_error("cannot connect");
    }
    messages::hand ours;
    ours.nonce = number + 1;
    ours.sender = wire::peer_address{pappus::ip_address::v4(0x7f000001 + ((number + 1) << 16)), 3414};
    ours.user_agent = "turns";
    ours.genesis = network().genesis;
    ours.capabilities = wire::capability::tx_kernel_hash;
    send(frame_of(ours));
    std::byte heard[64];
    if (::recv(socket_, heard, sizeof heard, 0) <= 0) throw std::runtime_error("no shake");
  }
  client(client&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  client(const client&) = delete;
  ~client() {
    if (socket_ >= 0) ::close(socket_);
  }

  void send(wire::bytes_view what) const {
    while (!what.empty()) {
      const auto sent = ::send(socket_, what.data(), what.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // the node has disconnected
      what = what.subspan(static_cast<std::size_t>(sent));
    }
  }
  /// Closes the connection with a TCP reset.
  void reset() {
    const linger at_once{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(std::exchange(socket_, -1));
  }

private:
  int socket_;
};

/// Measures the CPU time of the loop's thread, user and system, from one poll to the next: other programs do not affect
/// it.
class stopwatch {
public:
  explicit stopwatch(uv_loop_t& of) {
    uv_prepare_init(&of, &prepare_);
    prepare_.data = this;
    uv_prepare_start(&prepare_, [](uv_prepare_t* handle) { static_cast<stopwatch*>(handle->data)->look(); });
    uv_unref(reinterpret_cast<uv_handle_t*>(&prepare_));
  }

  void close() { uv_close(reinterpret_cast<uv_handle_t*>(&prepare_), nullptr); }

  /// Since the last call: the number of turns that took more than one millisecond, and the longest in milliseconds.
  std::pair<std::size_t, double> take() {
    const std::size_t long_ones =
        static_cast<std::size_t>(std::ranges::count_if(turns_, [](double each) { return each > 1; }));
    const double most = turns_.empty() ? 0 : *std::ranges::max_element(turns_);
    turns_.clear();
    return {long_ones, most};
  }

private:
  void look() {
    timespec spent{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    const double now = static_cast<double>(spent.tv_sec) * 1e3 + static_cast<double>(spent.tv_nsec) * 1e-6;
    turns_.push_back(now - std::exchange(began_, now));
  }

  uv_prepare_t prepare_{};
  std::vector<double> turns_;
  double began_ = 0;  // CPU time, milliseconds
};

/// What the peers send to a node in each round. The turns of the node are evaluated after each round.
struct scenario {
  const char* name;
  std::function<void(std::vector<client>&, std::uint64_t round)> play;
};

/// Rounds per scenario, odd. The longest turn of a single round may be a disturbance by the system.
constexpr std::size_t rounds = 5;

std::vector<scenario> scenarios() {
  std::vector<scenario> all;
  all.push_back({"nothing", [](auto&, auto) {}});
  all.push_back({"the largest transaction, once",
                 [](std::vector<client>& from, std::uint64_t round) { from[0].send(large_transaction(1 + round)); }});
  all.push_back({"120 of the largest transactions, whole at once", [](std::vector<client>& from, std::uint64_t round) {
                   std::vector<wire::bytes> frames;
                   for (std::size_t i = 0; i != from.size(); ++i)
                     frames.push_back(large_transaction((1 + round) * 1000 + i));
                   for (std::size_t i = 0; i != from.size(); ++i) {
                     from[i].send(wire::bytes_view{frames[i]}.first(frames[i].size() - 1));
                   }
                   std::this_thread::sleep_for(std::chrono::seconds{1});
                   for (std::size_t i = 0; i != from.size(); ++i) from[i].send(wire::bytes_view{frames[i]}.last(1));
                 }});
  all.push_back({"400 pings of each of 120 at once", [](std::vector<client>& from, auto) {
                   wire::bytes pings;
                   for (int i = 0; i != 400; ++i) {
                     const wire::bytes one = frame_of(messages::ping{});
                     pings.insert(pings.end(), one.begin(), one.end());
                   }
                   for (const client& each : from) each.send(pings);
                 }});
  all.push_back({"120 resets at once", [](std::vector<client>& from, auto) {
                   for (client& each : from) each.reset();
                   from.clear();
                 }});
  return all;
}

/// A node that accepts everything, on its own loop, until stopped.
struct subject {
  subject() : watch(loop.handle()), mine(loop, config(), host()) {}

  static node_config config() {
    node_config chosen;
    chosen.chain = network();
    chosen.listen = {pappus::ip_address::v4(0x7f000001), 0};
    chosen.connection_limits.outbound = 0;
    chosen.seeds.emplace();
    chosen.max_memory = std::size_t{4} << 30;
    chosen.receive_limit = peer::rate_limit::unlimited();
    return chosen;
  }
  integration::adapter host() {
    integration::adapter above;
    above.listening = [this](io::endpoint at) { port = at.port; };
    above.transaction_received = [this](const auto&, peer::phase, const peer::peer_info&) {
      ++taken;
      return peer::validation_result::accept;
    };
    above.peer_disconnected = [this](const auto&, const peer::disconnect_info& why) { ++ended[to_string(why)]; };
    return above;
  }

  uv::loop loop;
  stopwatch watch;
  std::uint16_t port = 0;
  std::size_t taken = 0;
  std::map<std::string, std::size_t> ended;  // sessions, by reason
  node mine;
};

/// Runs all scenarios. The loop keeps running while the peers send on their thread, and two seconds longer.
task<void> measure(subject* of) {
  const auto beside = [](scope& around, subject* self) -> task<void> {
    around.spawn([](subject* run) -> task<void> { static_cast<void>(co_await run->mine.run()); }(self));
    while (self->port == 0)
      static_cast<void>(co_await io::sleep_for(self->loop.runtime(), std::chrono::milliseconds{1}));
    std::vector<client> from;
    std::printf("Of %zu rounds, the longest turn of each:\n%-48s %12s %14s %14s\n", rounds, "what comes",
                "turns > 1 ms", "median, ms", "most, ms");
    for (const scenario& each : scenarios()) {
      std::vector<double> longest;
      std::size_t long_ones = 0;
      for (std::size_t round = 0; round != rounds; ++round) {
        std::atomic<bool> ready = false;
        std::atomic<bool> over = false;
        std::thread sender{[&] {
          while (from.size() < peers) from.emplace_back(self->port, static_cast<std::uint32_t>(from.size()));
          ready = true;
          each.play(from, round);
          over = true;
        }};
        while (!ready) static_cast<void>(co_await io::sleep_for(self->loop.runtime(), std::chrono::milliseconds{1}));
        static_cast<void>(self->watch.take());
        while (!over) static_cast<void>(co_await io::sleep_for(self->loop.runtime(), std::chrono::milliseconds{10}));
        sender.join();
        static_cast<void>(co_await io::sleep_for(self->loop.runtime(), std::chrono::seconds{2}));
        const auto [many, most] = self->watch.take();
        longest.push_back(most);
        long_ones += many;
      }
      std::ranges::sort(longest);
      std::printf("%-48s %12zu %14.2f %14.2f\n", each.name, long_ones, longest[rounds / 2], longest.back());
      std::fflush(stdout);
    }
    self->mine.stop();
  };
  co_await with_scope(beside, of);
  of->watch.close();
}

}  // namespace

int main() {
  try {
    subject of;
    of.loop.run(measure(&of));
    std::printf("%zu transactions were taken; sessions ended:", of.taken);
    for (const auto& [why, count] : of.ended) std::printf(" %zu %s;", count, why.c_str());
    std::puts("");
    return of.taken == 0 ? 1 : 0;
  } catch (const std::exception& thrown) {
    std::fprintf(stderr, "turns: %s\n", thrown.what());
    return 1;
  }
}
