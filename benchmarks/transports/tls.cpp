// TLS over a connection in memory, beside bare OpenSSL that carries the same bytes between its memory BIOs. The CPU
// time of handshakes is that of the process, since worker threads perform them.
#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <openssl/ssl.h>

#include <pappus/coro/when_all.hpp>
#include <pappus/tls/context.hpp>
#include <pappus/tls/handshake.hpp>
#include <pappus/uv/loop.hpp>

#include "credentials.hpp"
#include "memory_stream.hpp"

namespace {

using namespace pappus;
using benchmarks::credentials;
using benchmarks::native_contexts;
using benchmarks::native_side;

constexpr std::size_t transfer = 64U << 20;  // bytes sent in one direction
constexpr std::size_t piece = 1U << 18;      // bytes of a write

// Bare OpenSSL.

void carry(native_side& from, native_side& to) {
  std::array<char, 17000> bytes;
  for (;;) {
    const int count = BIO_read(from.out, bytes.data(), static_cast<int>(bytes.size()));
    if (count <= 0) return;
    BIO_write(to.in, bytes.data(), count);
  }
}

struct native_ends {
  explicit native_ends(const native_contexts& of) : client(of.client, false), server(of.server, true) {}

  void shake_hands() {
    for (int i = 0; i != 4; ++i) {
      SSL_do_handshake(client.native.get());
      carry(client, server);
      SSL_do_handshake(server.native.get());
      carry(server, client);
    }
    if (SSL_is_init_finished(client.native.get()) != 1 || SSL_is_init_finished(server.native.get()) != 1) {
      throw std::runtime_error("OpenSSL's handshake has failed");
    }
  }

  native_side client;
  native_side server;
};

int native_version(const benchmark::State& state) { return state.range(0) == 12 ? TLS1_2_VERSION : TLS1_3_VERSION; }

void openssl_handshake(benchmark::State& state) {
  const credentials certified;
  const native_contexts settings{certified, native_version(state)};
  for (auto _ : state) native_ends{settings}.shake_hands();
}

void openssl_bulk(benchmark::State& state) {
  const credentials certified;
  const native_contexts settings{certified, native_version(state)};
  native_ends ends{settings};
  ends.shake_hands();
  constexpr std::size_t record = 16384;
  const std::vector<char> bytes(record, 'x');
  std::vector<char> received(record);
  for (auto _ : state) {
    std::size_t total = 0;
    while (total != transfer) {
      SSL_write(ends.client.native.get(), bytes.data(), static_cast<int>(record));
      carry(ends.client, ends.server);
      const int got = SSL_read(ends.server.native.get(), received.data(), static_cast<int>(record));
      if (got != static_cast<int>(record)) throw std::runtime_error("OpenSSL has lost bytes");
      total += record;
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(transfer));
}

// pappus.

tls::client_options client_options(const credentials& of, tls::protocol_version version) {
  tls::client_options made;
  made.servers.authorities = of.authorities;
  made.min_version = made.max_version = version;
  return made;
}

tls::server_options server_options(const credentials& of, tls::protocol_version version) {
  tls::server_options made;
  made.own = of.server;
  made.min_version = made.max_version = version;
  return made;
}

struct contexts {
  contexts(const credentials& of, tls::protocol_version version)
      : client(tls::context::client(client_options(of, version)).value()),
        server(tls::context::server(server_options(of, version)).value()) {}

  tls::context client;
  tls::context server;
};

tls::protocol_version version_of(const benchmark::State& state) {
  return state.range(0) == 12 ? tls::protocol_version::tls_1_2 : tls::protocol_version::tls_1_3;
}

struct ends {
  io::stream_ptr client;
  io::stream_ptr server;
};

task<ends> shake_hands(io::runtime& on, const contexts& settings) {
  auto plain = benchmarks::memory_stream::make(on);
  auto both = co_await when_all(tls::connect(on, std::move(plain.first), settings.client, benchmarks::server_name),
                                tls::accept(on, std::move(plain.second), settings.server));
  ends made;
  made.client = std::move(std::get<0>(both)).value().stream;
  made.server = std::move(std::get<1>(both)).value().stream;
  co_return std::move(made);
}

task<void> shake_hands_only(io::runtime& on, const contexts& settings) {
  static_cast<void>(co_await shake_hands(on, settings));
}

void pappus_handshake(benchmark::State& state) {
  const credentials certified;
  const contexts settings{certified, version_of(state)};
  uv::loop loop;
  for (auto _ : state) loop.run(shake_hands_only(loop.runtime(), settings));
}

task<void> send(io::stream& to) {
  const std::vector<std::byte> bytes(piece, std::byte{'x'});
  for (std::size_t total = 0; total != transfer; total += piece) {
    const auto written = co_await to.write_all(bytes);
    if (!written) throw std::runtime_error("a write has failed");
  }
}

task<void> receive(io::stream& from) {
  std::size_t total = 0;
  while (total != transfer) {
    const auto view = co_await from.read_view();
    if (!view) throw std::runtime_error("a read has failed");
    total += view->size();
  }
}

void pappus_bulk(benchmark::State& state) {
  const credentials certified;
  const contexts settings{certified, version_of(state)};
  uv::loop loop;
  ends over = loop.run(shake_hands(loop.runtime(), settings));
  auto both = [](io::stream& to, io::stream& from) -> task<void> { co_await when_all(send(to), receive(from)); };
  for (auto _ : state) loop.run(both(*over.client, *over.server));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(transfer));
}

BENCHMARK(openssl_handshake)
    ->MeasureProcessCPUTime()
    ->ArgName("version")
    ->Arg(12)
    ->Arg(13)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(pappus_handshake)
    ->MeasureProcessCPUTime()
    ->ArgName("version")
    ->Arg(12)
    ->Arg(13)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(openssl_bulk)->ArgName("version")->Arg(12)->Arg(13)->Unit(benchmark::kMillisecond);
BENCHMARK(pappus_bulk)->ArgName("version")->Arg(12)->Arg(13)->Unit(benchmark::kMillisecond);

}  // namespace
