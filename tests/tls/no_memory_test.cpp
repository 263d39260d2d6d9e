// Failed allocations of a conversation over TLS: it fails, and the loop goes on.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/failing_allocations.hpp>

#include <pappus/coro/scope.hpp>
#include <pappus/coro/yield.hpp>
#include <pappus/tls/context.hpp>
#include <pappus/tls/handshake.hpp>
#include <pappus/uv/loop.hpp>
#include <pappus/uv/runtime.hpp>

#include "certificates.hpp"

namespace tls_no_memory_test {

using namespace pappus;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t size = 200'000;

/// Accepts a connection, reads in small pieces and as views, and responds.
task<result<void>> serve(io::runtime* net, io::listener* at, const tls::context* settings) {
  auto plain = co_await at->accept();
  if (!plain) plain = co_await at->accept();
  if (!plain) co_return failure{plain.error()};
  PAPPUS_CO_TRY(accepted, co_await tls::accept(*net, std::move(*plain), *settings));
  io::stream& peer = *accepted.stream;
  std::array<std::byte, 100> piece{};
  std::size_t got = 0;
  while (got < size / 2) {
    PAPPUS_CO_TRY(count, co_await peer.read_some(piece));
    got += count;
    if (got % 10'000 == 0) co_await coro::yield();
  }
  while (got != size) {
    PAPPUS_CO_TRY(view, co_await peer.read_view());
    got += view.size();
  }
  co_return co_await peer.write_all(io::const_buffer{piece});
}

task<result<void>> call(io::runtime* net, io::endpoint where, const tls::context* settings) {
  PAPPUS_CO_TRY(plain, co_await net->connect(where));
  PAPPUS_CO_TRY(connected, co_await tls::connect(*net, std::move(plain), *settings, "server.example"));
  const std::vector<std::byte> bytes(size);
  PAPPUS_CO_TRY_DISCARD(co_await connected.stream->write_all(io::const_buffer{bytes}));
  std::array<std::byte, 100> answer{};
  PAPPUS_CO_TRY_DISCARD(co_await connected.stream->read_exact(io::buffer{answer}));
  co_return result<void>{};
}

task<result<void>> both(scope& beside, io::runtime* net, io::listener* at, const tls::context* client,
                        const tls::context* server) {
  beside.spawn(serve(net, at, server));
  co_return co_await call(net, at->local_endpoint(), client);
}

}  // namespace

TEST_CASE("each allocation of a conversation over TLS fails once") {
  tls_test::pem_folder files;
  const auto now = std::chrono::time_point_cast<io::wall_time::duration>(std::chrono::system_clock::now());
  const tls_test::identity own{now, {"server", "DNS:server.example"}};
  tls::client_options of_client;
  of_client.servers.authorities = files.certificates({&own});
  tls::server_options of_server;
  of_server.own = files.files({&own});
  const tls::context client = tls::context::client(of_client).value();
  const tls::context server = tls::context::server(of_server).value();

  CHECK(support::fail_each_allocation(both, &client, &server) > 20);
}

}  // namespace tls_no_memory_test
