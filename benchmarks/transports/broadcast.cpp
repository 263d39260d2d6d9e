// A transaction that a node sends to a thousand peers by private links, from the call until the system has all bytes,
// beside OpenSSL that encrypts the same frame for as many connections, alone and with a send to a socket for each. CPU
// time of the node's thread. They take turns, so that what else the machine does disturbs all. POSIX.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <sys/resource.h>
#include <time.h>

#include <pappus/coro/deferred.hpp>
#include <pappus/coro/when_all.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/pappus.hpp>
#include <pappus/wire/grin_messages.hpp>

#include "../support/median.hpp"
#include "../support/transactions.hpp"
#include "credentials.hpp"
#include "relay_proxy.hpp"

namespace {

using namespace pappus;
using namespace std::chrono_literals;
using benchmarks::credentials;

constexpr wire::chain_type network = wire::chain_type::testnet;
constexpr std::size_t peers = 1'000;
constexpr std::size_t rounds = 41;
constexpr std::size_t rounds_between_pongs = 16;

/// CPU time of this thread, user and system, in microseconds.
double cpu_time() {
  timespec spent{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) * 1e6 + static_cast<double>(spent.tv_nsec) * 1e-3;
}

template <class Message>
wire::bytes frame_of(const Message& message) {
  return wire::grin_messages::encode(message, wire::chain_parameters_for(network), wire::latest_version).value();
}

/// A socket that is read between the rounds.
void drain(int from) {
  static char into[65536];
  while (::recv(from, into, sizeof into, MSG_DONTWAIT) > 0) {
  }
}

/// A peer of the node: OpenSSL over a blocking socket, and Grin's handshake. It decrypts nothing afterwards.
class far_end {
public:
  far_end(const benchmarks::native_context& settings, std::uint16_t port)
      : socket_(benchmarks::connect_to(port)), session_(SSL_new(settings.get())) {
    SSL_set_fd(session_.get(), socket_);
    if (SSL_connect(session_.get()) != 1) throw std::runtime_error("the handshake of TLS has failed");
    wire::messages::hand ours;  // without the capability to request transactions by their kernels
    ours.nonce = reinterpret_cast<std::uintptr_t>(session_.get());
    ours.user_agent = "far end";
    ours.genesis = wire::chain_parameters_for(network).genesis;
    write(frame_of(ours));
    char shake[1024];
    if (SSL_read(session_.get(), shake, sizeof shake) <= 0)
      throw std::runtime_error("the handshake of Grin has failed");
  }
  far_end(const far_end&) = delete;
  far_end& operator=(const far_end&) = delete;
  ~far_end() { ::close(socket_); }

  void write(wire::bytes_view frame) {
    if (SSL_write(session_.get(), frame.data(), static_cast<int>(frame.size())) <= 0) {
      throw std::runtime_error("a write has failed");
    }
  }
  [[nodiscard]] int socket() const noexcept { return socket_; }

private:
  int socket_;
  benchmarks::native_session session_;
};

/// OpenSSL's side of a connection that only sends, and its sockets.
class bare_end {
public:
  bare_end(const benchmarks::native_contexts& settings, int listener, std::uint16_t port)
      : side_(settings.server, true),
        client_(benchmarks::connect_to(port)),
        server_(::accept(listener, nullptr, nullptr)) {
    benchmarks::native_side other{settings.client, false};
    for (int i = 0; i != 4; ++i) {
      SSL_do_handshake(other.native.get());
      carry(other.out, side_.in);
      SSL_do_handshake(side_.native.get());
      carry(side_.out, other.in);
    }
    if (SSL_is_init_finished(side_.native.get()) != 1) throw std::runtime_error("OpenSSL's handshake has failed");
  }
  bare_end(const bare_end&) = delete;
  bare_end& operator=(const bare_end&) = delete;
  ~bare_end() {
    ::close(client_);
    ::close(server_);
  }

  void write(wire::bytes_view frame, bool sends) {
    SSL_write(side_.native.get(), frame.data(), static_cast<int>(frame.size()));
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(side_.out, &bytes);
    if (sends && ::send(server_, bytes, static_cast<std::size_t>(size), MSG_DONTWAIT) != size) {
      throw std::runtime_error("not sent");
    }
    static_cast<void>(BIO_reset(side_.out));
  }
  void catch_up() const { drain(client_); }

private:
  static void carry(BIO* from, BIO* to) {
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(from, &bytes);
    if (size > 0) BIO_write(to, bytes, static_cast<int>(size));
    static_cast<void>(BIO_reset(from));
  }

  benchmarks::native_side side_;
  int client_;
  int server_;
};

/// A socket that listens on a free port.
std::pair<int, std::uint16_t> listen_somewhere() {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in where = benchmarks::loopback(0);
  socklen_t size = sizeof where;
  const bool listens = ::bind(listener, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0 &&
                       ::listen(listener, 16) == 0 &&
                       ::getsockname(listener, reinterpret_cast<sockaddr*>(&where), &size) == 0;
  if (!listens) throw std::runtime_error("cannot listen");
  return {listener, ntohs(where.sin_port)};
}

node_config config_of(const credentials& known, const credentials& of_peers, std::uint16_t port) {
  node_config made;
  made.chain = wire::chain_parameters_for(network);
  made.seeds.emplace();
  made.listen = io::endpoint{ip_address::v4(0x7f000001), 0};
  made.connection_limits.outbound = 0;
  made.connection_limits.inbound_per_address = peers;
  made.send_limit = made.receive_limit = peer::rate_limit::unlimited();
  made.tls.listen = io::endpoint{ip_address::v4(0x7f000001), port};
  made.tls.allowed_keys = {of_peers.own.key_hash()};
  made.tls.own = known.server;
  return made;
}

struct times {
  std::vector<double> alone;  // OpenSSL
  std::vector<double> sent;   // with a send for each
  std::vector<double> library;
};

double write_all(std::deque<bare_end>& all, wire::bytes_view frame, bool sends) {
  const double start = cpu_time();
  for (bare_end& each : all) each.write(frame, sends);
  const double time = cpu_time() - start;
  for (const bare_end& each : all) each.catch_up();
  return time;
}

task<void> measure(uv::loop* on, node* here, std::deque<far_end>* far_ends, std::deque<bare_end>* bare_ends,
                   std::future<void> connected, times* into) {
  while (connected.wait_for(0s) != std::future_status::ready || here->peers().size() != peers) {
    const auto slept = co_await io::sleep_for(on->runtime(), 10ms);
    if (!slept) co_return;
  }
  connected.get();
  const wire::bytes pong = frame_of(wire::messages::pong{});
  for (std::size_t round = 0; round != rounds; ++round) {
    const wire::transaction_ptr tx = benchmarks::transaction(static_cast<std::uint8_t>(round), 0, network);
    const wire::bytes frame = frame_of(wire::messages::transaction{tx});
    into->alone.push_back(write_all(*bare_ends, frame, false));
    into->sent.push_back(write_all(*bare_ends, frame, true));
    const double start = cpu_time();
    const auto report = here->broadcast(tx);
    co_await coro::deferred();  // completes after all writers
    into->library.push_back(cpu_time() - start);
    if (report.sent != peers || here->statistics().queues.bytes_waiting != 0) throw std::runtime_error("not sent");
    for (far_end& each : *far_ends) {
      drain(each.socket());
      if (round % rounds_between_pongs == 0) each.write(pong);
    }
    const auto slept = co_await io::sleep_for(on->runtime(), 20ms);  // what has come is read
    if (!slept) co_return;
    if (round == 0) std::printf("a frame of %zu bytes to %zu peers\n", frame.size(), peers);
  }
  here->stop();
}

task<void> run(uv::loop* on, node* here, std::deque<far_end>* far_ends, std::deque<bare_end>* bare_ends,
               std::future<void> connected, times* into) {
  auto measuring = measure(on, here, far_ends, bare_ends, std::move(connected), into);
  static_cast<void>(co_await when_all(here->run(), std::move(measuring)));
}

void print(const char* name, const std::vector<double>& of) {
  std::printf("%-28s %8.1f us a peer\n", name, benchmarks::median(of) / peers);
}

double ratio(const std::vector<double>& of, const std::vector<double>& to) {
  std::vector<double> all;
  for (std::size_t i = 0; i != of.size(); ++i) all.push_back(of[i] / to[i]);
  return benchmarks::median(all);
}

}  // namespace

int main() {
  rlimit descriptors{};
  getrlimit(RLIMIT_NOFILE, &descriptors);
  descriptors.rlim_cur = descriptors.rlim_max;
  setrlimit(RLIMIT_NOFILE, &descriptors);

  const credentials known;
  const credentials peers_own;  // all peers have one key
  const benchmarks::native_contexts settings{known, TLS1_3_VERSION};
  const auto [listener, bare_port] = listen_somewhere();
  std::deque<bare_end> bare_ends;
  while (bare_ends.size() != peers) bare_ends.emplace_back(settings, listener, bare_port);
  const auto [taken, port] = listen_somewhere();
  ::close(taken);

  const benchmarks::native_context of_peers{SSL_CTX_new(TLS_client_method())};
  benchmarks::configure(of_peers, TLS1_3_VERSION);
  SSL_CTX_use_certificate_chain_file(of_peers.get(), peers_own.server.chain.c_str());
  SSL_CTX_use_PrivateKey_file(of_peers.get(), peers_own.server.key.c_str(), SSL_FILETYPE_PEM);

  uv::loop loop;
  std::deque<far_end> far_ends;
  std::promise<void> listens;
  integration::adapter adapter;
  adapter.listening = [&listens](io::endpoint) { listens.set_value(); };
  node here{loop, config_of(known, peers_own, port), std::move(adapter)};
  std::packaged_task<void()> connecting{[&, port = port] {
    listens.get_future().get();
    while (far_ends.size() != peers) far_ends.emplace_back(of_peers, port);
  }};
  auto connected = connecting.get_future();
  std::thread connects{std::move(connecting)};
  times measured;
  loop.run(run(&loop, &here, &far_ends, &bare_ends, std::move(connected), &measured));
  connects.join();
  print("OpenSSL", measured.alone);
  print("OpenSSL, and a send for each", measured.sent);
  print("pappus", measured.library);
  std::printf("ratio to OpenSSL with sends  %8.2f\n", ratio(measured.library, measured.sent));
}
