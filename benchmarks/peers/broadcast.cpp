// Benchmark of sending one transaction of 10 KB to many peers over loopback, from the call until the system has all
// bytes, compared with a bare loop of uv_try_write on the same sockets. The bare loop gets bytes that are already
// encoded.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include <pappus/coro/deferred.hpp>
#include <pappus/integration/bridge/adapter_bridge.hpp>
#include <pappus/integration/filter/application_filter.hpp>
#include <pappus/integration/filter/rolling_filters.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/peer/access/connection_gater.hpp>
#include <pappus/peer/accounts/accounts.hpp>
#include <pappus/peer/dandelion/dandelion.hpp>
#include <pappus/peer/handlers/address_relay.hpp>
#include <pappus/peer/handlers/chain_handler.hpp>
#include <pappus/peer/handlers/transaction_relay.hpp>
#include <pappus/peer/private_broadcast/private_broadcaster.hpp>
#include <pappus/peer/relay/broadcaster.hpp>
#include <pappus/peer/store/address_book.hpp>
#include <pappus/peer/store/peer_store.hpp>
#include <pappus/peer/store/sqlite_store.hpp>
#include <pappus/peer/transport/connector.hpp>
#include <pappus/uv/loop.hpp>
#include <pappus/wire/grin_messages.hpp>

#include "../support/allocations.hpp"
#include "../support/median.hpp"
#include "../support/transactions.hpp"

namespace {

using namespace pappus;
using namespace std::chrono_literals;
using benchmarks::median;

constexpr wire::chain_type network = wire::chain_type::testnet;

/// CPU time of this thread, user and system, in microseconds: other programs do not affect it.
double cpu_time() {
  timespec spent{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) * 1e6 + static_cast<double>(spent.tv_nsec) * 1e-3;
}

/// More transactions than the filter of what a peer has remembers, so that each is unknown to the peers again when its
/// turn comes.
std::vector<wire::transaction_ptr> transactions() {
  constexpr std::size_t enough = 2'000;
  std::vector<wire::transaction_ptr> made;
  for (std::size_t n = 0; n != enough; ++n) {
    made.push_back(
        benchmarks::transaction(static_cast<std::uint8_t>(n % 256), static_cast<std::uint8_t>(n / 256), network));
  }
  return made;
}

wire::bytes frame_of(const wire::transaction_ptr& tx) {
  const wire::messages::transaction said{tx};
  return wire::grin_messages::encode(said, wire::chain_parameters_for(network), wire::latest_version).value();
}

/// A peer's end of a connection: a plain socket, drained between the rounds.
class far_end {
public:
  explicit far_end(io::endpoint to) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(to.address.v4_value());
    address.sin_port = htons(to.port);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("cannot connect");
    }
  }
  far_end(far_end&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  far_end& operator=(far_end&&) = delete;
  ~far_end() {
    if (socket_ >= 0) ::close(socket_);
  }

  /// Reads all received bytes. Returns their number.
  std::size_t drain() const {
    static std::byte into[64 * 1024];
    std::size_t taken = 0;
    for (;;) {
      const ssize_t came = ::recv(socket_, into, sizeof into, MSG_DONTWAIT);
      if (came <= 0) return taken;
      taken += static_cast<std::size_t>(came);
    }
  }

  /// Sends a frame, so that the node does not disconnect the peer as idle.
  void send(wire::bytes_view frame) const {
    if (::send(socket_, frame.data(), frame.size(), 0) < 0) throw std::runtime_error("cannot send");
  }

private:
  int socket_;
};

/// Sessions with peers that only receive after the handshake.
class crowd {
public:
  explicit crowd(std::size_t size) {
    us_.send_limit = peer::rate_limit::unlimited();
    auto listener = loop_.runtime().listen({pappus::ip_address::v4(0x7f000001), 0}).value();
    for (std::size_t n = 0; n != size; ++n) {
      far_ends_.emplace_back(listener->local_endpoint());
      loop_.run(join(*listener));
    }
    uv_walk(&loop_.handle(), note_if_connected, &near_ends_);
    if (near_ends_.size() != size) throw std::runtime_error("not everybody has come");
  }
  crowd(const crowd&) = delete;
  crowd& operator=(const crowd&) = delete;
  ~crowd() {
    for (peer::session* const each : session_registry_.sessions())
      each->end({peer::disconnect_reason::shutting_down, {}});
    loop_.run(gone());
  }

  /// Sends a transaction until the system has all of it. Returns the CPU time in microseconds.
  double broadcast(const wire::transaction_ptr& tx) { return loop_.run(time_broadcast(tx)); }
  /// Number of allocations during the last broadcast.
  [[nodiscard]] std::uint64_t allocated() const noexcept { return allocated_; }

  /// The reference: writes a frame directly with uv_try_write.
  double write_bare(wire::bytes_view frame) {
    auto* const bytes = const_cast<char*>(reinterpret_cast<const char*>(frame.data()));
    const double start = cpu_time();
    for (uv_stream_t* const each : near_ends_) {
      const uv_buf_t buffer = uv_buf_init(bytes, static_cast<unsigned>(frame.size()));
      if (uv_try_write(each, &buffer, 1) != static_cast<int>(frame.size())) throw std::runtime_error("not written");
    }
    return cpu_time() - start;
  }

  /// Not timed: all peers read what was sent, at least `size` bytes each, and from time to time send a pong.
  void catch_up(std::size_t size) {
    const auto pong = wire::grin_messages::encode(wire::messages::pong{}, us_.chain, us_.version).value();
    for (const far_end& each : far_ends_) {
      if (each.drain() < size) throw std::runtime_error("not received");
      if (rounds_ % 64 == 0) each.send(pong);
    }
    if (++rounds_ % 64 == 1) loop_.run(rest());
  }

private:
  static void note_if_connected(uv_handle_t* handle, void* into) {
    sockaddr_in address{};
    int size = sizeof address;
    const auto* const tcp = reinterpret_cast<const uv_tcp_t*>(handle);
    if (handle->type != UV_TCP || uv_tcp_getpeername(tcp, reinterpret_cast<sockaddr*>(&address), &size) != 0) return;
    static_cast<std::vector<uv_stream_t*>*>(into)->push_back(reinterpret_cast<uv_stream_t*>(handle));
  }

  task<void> join(io::listener& at) {
    auto accepted = co_await at.accept();
    loop_.spawn(live(std::move(accepted).value(), ++last_id_));
  }

  task<void> live(io::stream_ptr stream, std::uint64_t id) {
    peer::peer_info far_end;
    far_end.id = id;
    far_end.version = us_.version;
    peer::connection over{loop_, std::move(stream), us_, monitor_, far_end};
    peer::account charged{{}, loop_.now()};
    peer::session session{loop_, over, us_, far_end, 0, charged, {transaction_relay_, address_relay_, chain_}};
    session_registry_.add(session);
    static_cast<void>(co_await session.run());
    session_registry_.remove(session);
  }

  task<double> time_broadcast(wire::transaction_ptr tx) {
    const std::uint64_t before = benchmarks::allocations();
    const double start = cpu_time();
    const auto report = broadcaster_.send(tx);
    co_await coro::deferred();  // completes after all writers, which are deferred work of this turn and the next ones
    const double time = cpu_time() - start;
    allocated_ = benchmarks::allocations() - before;
    if (report.sent != far_ends_.size() || has_waiting()) throw std::runtime_error("not sent");
    co_return time;
  }

  [[nodiscard]] bool has_waiting() const {
    return std::ranges::any_of(session_registry_.sessions(),
                               [](const peer::session* each) { return each->bytes_waiting() != 0; });
  }

  task<void> gone() {
    while (session_registry_.size() != 0) co_await rest();
  }
  task<void> rest() { static_cast<void>(co_await io::sleep_for(loop_, 2ms)); }

  uv::loop loop_;
  // With few false positives, which would skip some peers.
  const integration::filter_parameters parameters_{{1, 20min, 1e-9}, {}};
  peer::local_node us_{wire::chain_parameters_for(network)};
  peer::session_registry session_registry_;
  peer::logger logger_{loop_, {}, peer::log_level::error};
  peer::exception_boundary faults_{session_registry_, logger_};
  integration::application_filter inventory_{loop_, parameters_};
  integration::adapter_bridge bridge_{loop_, {}, inventory_, faults_, *us_.memory, [](const auto&, const auto&) {}};
  peer::known_items known_{session_registry_, std::make_shared<integration::rolling_filters>(parameters_)};
  peer::last_valid_times useful_{loop_, session_registry_};
  peer::broadcaster broadcaster_{us_, session_registry_, known_, bridge_};
  peer::message_monitor monitor_{bridge_.tracer(), faults_, us_.custom};
  peer::node_clock clock_{loop_, logger_};
  peer::peer_store peer_store_{loop_, peer::sqlite_store::source(peer::in_memory_store), false, clock_, logger_};
  peer::dandelion_options private_;
  peer::diffusion diffusion_{loop_, private_, broadcaster_, session_registry_, known_, inventory_, faults_};
  peer::dandelion dandelion_{
      {loop_, us_, session_registry_, diffusion_, peer_store_, bridge_, inventory_, bridge_, faults_, false}, private_};
  peer::connection_gater gater_{peer_store_.bans(), {}};
  peer::accounts accounts_{loop_, {}};
  peer::connector paths_{loop_, {}, {}};
  peer::private_broadcaster private_broadcaster_{{loop_, us_, session_registry_, peer_store_, gater_, accounts_, paths_,
                                                  bridge_, inventory_, bridge_, faults_, logger_},
                                                 {}};
  peer::transaction_relay transaction_relay_{{loop_, us_, session_registry_, bridge_, inventory_, known_, useful_,
                                              broadcaster_, diffusion_, dandelion_, private_broadcaster_}};
  peer::chain_handler chain_{{loop_, session_registry_, bridge_, inventory_, known_, useful_, broadcaster_, clock_}};
  peer::address_book book_{{}, false};
  peer::address_relay address_relay_{loop_, us_, session_registry_, book_, clock_};
  std::vector<far_end> far_ends_;
  std::vector<uv_stream_t*> near_ends_;
  std::uint64_t last_id_ = 0;
  std::size_t rounds_ = 0;
  std::uint64_t allocated_ = 0;
};

constexpr std::size_t warm_up = 300;

/// Measures both alternately, twice in a round, so that each goes first once.
void compare(std::size_t peers, const std::vector<wire::transaction_ptr>& news, std::size_t rounds) {
  crowd with{peers};
  std::vector<double> times;
  std::vector<double> bare_times;
  std::vector<double> ratios;
  std::uint64_t allocated = 0;
  std::size_t next = 0;
  for (std::size_t round = 0; round != warm_up + rounds; ++round) {
    double time = 0;
    double bare = 0;
    for (const bool bare_first : {false, true}) {
      const wire::transaction_ptr& tx = news[next++ % news.size()];
      const auto frame = frame_of(tx);
      for (const bool is_bare : {bare_first, !bare_first}) {
        if (is_bare) bare += with.write_bare(frame);
        else time += with.broadcast(tx);
        with.catch_up(frame.size());
      }
      if (round >= warm_up) allocated = std::max(allocated, with.allocated());
    }
    if (round < warm_up) continue;  // send queues were still growing
    times.push_back(time / 2);
    bare_times.push_back(bare / 2);
    ratios.push_back(time / bare);
  }
  std::printf("%8zu %12.1f %12.1f %12.3f %18llu\n", peers, median(bare_times), median(times), median(ratios),
              static_cast<unsigned long long>(allocated));
}

}  // namespace

int main() {
  const auto news = transactions();
  std::printf("a transaction of %zu bytes to many peers, CPU time, medians\n%8s %12s %12s %12s %18s\n",
              news[0]->raw_bytes().size(), "peers", "bare, us", "pappus, us", "times bare", "allocations, most");
  compare(10, news, 2'000);
  compare(100, news, 500);
  compare(1'000, news, 150);
}
