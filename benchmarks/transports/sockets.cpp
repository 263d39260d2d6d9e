// Round trips and long streams over loopback by each transport, beside what lies underneath: libuv alone, and OpenSSL
// between its memory BIOs over libuv. Both ends are in one thread, whose CPU time is what counts; the proxy, the same
// for both, has threads of its own. A piece of a stream is sent when the one before has arrived: how much the system
// buffers, and whether that fits into the processor's cache, would otherwise decide. The two take turns, so that what
// else the machine does disturbs both.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include <time.h>

#include <pappus/coro/when_all.hpp>
#include <pappus/io/socks5.hpp>
#include <pappus/tls/handshake.hpp>
#include <pappus/uv/loop.hpp>

#include "../support/median.hpp"
#include "bare.hpp"

namespace {

using namespace pappus;
using benchmarks::bare_end;
using benchmarks::credentials;
using benchmarks::native_side;

constexpr std::size_t message = 64;          // bytes each way of a round trip
constexpr std::size_t round_trips = 4'000;   // of a measurement
constexpr std::size_t transfer = 64U << 20;  // bytes of a long stream
constexpr std::size_t piece = 1U << 18;      // bytes of a write of it
constexpr std::size_t pairs = 15;            // measurements of each

/// CPU time of this thread, user and system, in microseconds.
double cpu_time() {
  timespec spent{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) * 1e6 + static_cast<double>(spent.tv_nsec) * 1e-3;
}

struct transport {
  const char* name;
  bool by_proxy;
  bool encrypted;
};

// Libuv alone.

class bare {
public:
  bare(const transport& how, std::uint16_t proxy, const benchmarks::native_contexts& settings) {
    uv_loop_init(&loop_);
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in where = benchmarks::loopback(0);
    socklen_t size = sizeof where;
    const bool listens = ::bind(listener, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0 &&
                         ::listen(listener, 1) == 0 &&
                         ::getsockname(listener, reinterpret_cast<sockaddr*>(&where), &size) == 0;
    if (!listens) throw std::runtime_error("cannot listen");
    const std::uint16_t port = ntohs(where.sin_port);
    const int from = how.by_proxy ? benchmarks::connect_through(proxy, port) : benchmarks::connect_to(port);
    const int to = ::accept(listener, nullptr, nullptr);
    ::close(listener);
    client_ = std::make_unique<bare_end>(loop_, from, encryption(how, settings.client, false));
    server_ = std::make_unique<bare_end>(loop_, to, encryption(how, settings.server, true));
    while (!client_->shake_hands() || !server_->shake_hands()) uv_run(&loop_, UV_RUN_ONCE);
    client_->user = server_->user = this;
  }
  bare(const bare&) = delete;
  bare& operator=(const bare&) = delete;
  ~bare() {
    client_->close();
    server_->close();
    uv_run(&loop_, UV_RUN_DEFAULT);
    uv_loop_close(&loop_);
  }

  double round_trips_take() {
    left_ = round_trips;
    for (bare_end* const each : {client_.get(), server_.get()}) each->received = 0;
    server_->on_received = [](bare_end& self) {
      if (self.received % message == 0) self.write(text.data(), message);
    };
    client_->on_received = [](bare_end& self) {
      bare& owner = *static_cast<bare*>(self.user);
      if (self.received % message != 0) return;
      if (--owner.left_ != 0) self.write(text.data(), message);
      else uv_stop(&owner.loop_);
    };
    return time([this] { client_->write(text.data(), message); });
  }

  double transfer_takes() {
    server_->received = 0;
    server_->on_received = [](bare_end& self) {
      bare& owner = *static_cast<bare*>(self.user);
      if (self.received % piece != 0) return;
      if (self.received != transfer) owner.client_->write(bytes.data(), piece);
      else uv_stop(&owner.loop_);
    };
    return time([this] { client_->write(bytes.data(), piece); });
  }

private:
  static std::unique_ptr<native_side> encryption(const transport& how, const benchmarks::native_context& settings,
                                                 bool is_server) {
    return how.encrypted ? std::make_unique<native_side>(settings, is_server) : nullptr;
  }

  template <class Begin>
  double time(Begin begin) {
    const double start = cpu_time();
    begin();
    uv_run(&loop_, UV_RUN_DEFAULT);
    return cpu_time() - start;
  }

  static inline const std::vector<char> text = std::vector<char>(message, 'x');
  static inline const std::vector<char> bytes = std::vector<char>(piece, 'x');

  uv_loop_t loop_{};
  std::unique_ptr<bare_end> client_;
  std::unique_ptr<bare_end> server_;
  std::size_t left_ = 0;
};

// pappus.

class library {
public:
  library(const transport& how, std::uint16_t proxy, const credentials& known) {
    tls::client_options of_client;
    of_client.servers.authorities = known.authorities;
    of_client.min_version = tls::protocol_version::tls_1_3;
    tls::server_options of_server;
    of_server.own = known.server;
    const auto client = tls::context::client(of_client).value();
    const auto server = tls::context::server(of_server).value();
    auto listener = loop_.runtime().listen({ip_address::v4(0x7f000001), 0}).value();
    const io::endpoint where = listener->local_endpoint();
    loop_.run(connect(this, listener.get(), where, how, proxy));
    if (how.encrypted) loop_.run(encrypt(this, client, server));
  }

  double round_trips_take() {
    const double start = cpu_time();
    loop_.run(exchange(client_.get(), server_.get()));
    return cpu_time() - start;
  }

  double transfer_takes() {
    const double start = cpu_time();
    loop_.run(stream(client_.get(), server_.get()));
    return cpu_time() - start;
  }

private:
  static task<result<io::stream_ptr>> dial(io::runtime& on, io::endpoint to, std::uint16_t proxy) {
    if (proxy == 0) co_return co_await on.connect(to);
    const io::socks5_proxy by{io::endpoint{ip_address::v4(0x7f000001), proxy}};
    co_return co_await io::connect_by_socks5(on, by, io::socks5_target{to.address, to.port});
  }
  static task<result<io::stream_ptr>> take(io::listener* at) { co_return co_await at->accept(); }

  static task<void> connect(library* self, io::listener* at, io::endpoint to, transport how, std::uint16_t proxy) {
    auto both = co_await when_all(dial(self->loop_.runtime(), to, how.by_proxy ? proxy : std::uint16_t{0}), take(at));
    self->client_ = std::move(std::get<0>(both)).value();
    self->server_ = std::move(std::get<1>(both)).value();
  }

  static task<void> encrypt(library* self, tls::context client, tls::context server) {
    io::runtime& on = self->loop_.runtime();
    auto both = co_await when_all(tls::connect(on, std::move(self->client_), client, benchmarks::server_name),
                                  tls::accept(on, std::move(self->server_), server));
    self->client_ = std::move(std::get<0>(both)).value().stream;
    self->server_ = std::move(std::get<1>(both)).value().stream;
  }

  static task<void> ask(io::stream* over) {
    std::array<std::byte, message> bytes{};
    for (std::size_t i = 0; i != round_trips; ++i) {
      const auto written = co_await over->write_all(bytes);
      const auto got = co_await over->read_exact(bytes);
      if (!written || !got) throw std::runtime_error("a round trip has failed");
    }
  }
  static task<void> answer(io::stream* over) {
    std::array<std::byte, message> bytes{};
    for (std::size_t i = 0; i != round_trips; ++i) {
      const auto got = co_await over->read_exact(bytes);
      const auto written = co_await over->write_all(bytes);
      if (!written || !got) throw std::runtime_error("a round trip has failed");
    }
  }
  static task<void> exchange(io::stream* client, io::stream* server) { co_await when_all(ask(client), answer(server)); }

  static task<void> send(io::stream* over, std::span<const std::byte> bytes) {
    const auto written = co_await over->write_all(bytes);
    if (!written) throw std::runtime_error("a write has failed");
  }
  static task<void> receive(io::stream* over) {
    for (std::size_t got = 0; got != piece;) {
      const auto view = co_await over->read_view();
      if (!view) throw std::runtime_error("a read has failed");
      got += view->size();
    }
  }
  static task<void> stream(io::stream* client, io::stream* server) {
    const std::vector<std::byte> bytes(piece);
    for (std::size_t sent = 0; sent != transfer; sent += piece) co_await when_all(send(client, bytes), receive(server));
  }

  uv::loop loop_;
  io::stream_ptr client_;
  io::stream_ptr server_;
};

/// The medians of both, and that of the ratios of neighbors.
struct compared {
  double bare;
  double library;
  double ratio;
};

/// They take turns; each goes first as often as the other.
template <class One, class Other>
compared compare(One measure_bare, Other measure_library) {
  measure_bare();
  measure_library();
  std::vector<double> of_bare;
  std::vector<double> of_library;
  std::vector<double> ratios;
  for (std::size_t i = 0; i != pairs; ++i) {
    double first = i % 2 == 0 ? measure_bare() : measure_library();
    double second = i % 2 == 0 ? measure_library() : measure_bare();
    if (i % 2 != 0) std::swap(first, second);
    of_bare.push_back(first);
    of_library.push_back(second);
    ratios.push_back(second / first);
  }
  return {benchmarks::median(of_bare), benchmarks::median(of_library), benchmarks::median(ratios)};
}

void run(const transport& how, std::uint16_t proxy, const credentials& known,
         const benchmarks::native_contexts& settings) {
  bare below{how, proxy, settings};
  library ours{how, proxy, known};
  const compared trips = compare([&] { return below.round_trips_take() / round_trips; },
                                 [&] { return ours.round_trips_take() / round_trips; });
  constexpr double mebibytes = static_cast<double>(transfer) / (1 << 20);
  const auto speed = [](double microseconds) { return mebibytes * 1e6 / microseconds; };
  const compared bulk =
      compare([&] { return speed(below.transfer_takes()); }, [&] { return speed(ours.transfer_takes()); });
  std::printf("%-16s %8.2f %8.2f %6.2f   %8.0f %8.0f %6.2f\n", how.name, trips.bare, trips.library, trips.ratio,
              bulk.bare, bulk.library, bulk.ratio);
  std::fflush(stdout);
}

}  // namespace

int main() {
  const credentials known;
  const benchmarks::native_contexts settings{known, TLS1_3_VERSION};
  const benchmarks::relay_proxy proxy;
  std::printf("%-16s %24s   %26s\n", "", "round trip, us of CPU", "stream, MiB a s of CPU");
  std::printf("%-16s %8s %8s %6s   %8s %8s %6s\n", "transport", "bare", "pappus", "ratio", "bare", "pappus", "ratio");
  for (const transport& each : {transport{"TCP", false, false}, transport{"SOCKS5", true, false},
                                transport{"TLS", false, true}, transport{"TLS over SOCKS5", true, true}}) {
    run(each, proxy.port(), known, settings);
  }
}
