// Echo benchmark of standalone Asio with coroutines: one context, one thread, concurrency hint 1.
#include <array>
#include <cstdlib>
#include <memory>
#include <utility>

// Asio 1.22 does not find the coroutines of clang with libstdc++ by itself.
#define ASIO_STANDALONE
#define ASIO_HAS_CO_AWAIT
#define ASIO_HAS_STD_COROUTINE
#include <asio.hpp>
#include <asio/experimental/as_tuple.hpp>

#include "contest.h"

namespace {

using asio::experimental::as_tuple;
using asio::ip::tcp;

using message = std::array<char, message_size>;

contest running;

void check(const asio::error_code& error, const char* what) {
  if (error) contest_fail(what, error.message().c_str());
}

asio::awaitable<void> serve(tcp::socket client) {
  message bytes{};
  for (;;) {
    const auto [read_error, read] =
        co_await asio::async_read(client, asio::buffer(bytes), as_tuple(asio::use_awaitable));
    check(read_error, "read");
    const auto [write_error, written] =
        co_await asio::async_write(client, asio::buffer(bytes), as_tuple(asio::use_awaitable));
    check(write_error, "write");
  }
}

asio::awaitable<void> ask(tcp::socket server, asio::io_context& context) {
  message bytes{};
  do {
    const auto [write_error, written] =
        co_await asio::async_write(server, asio::buffer(bytes), as_tuple(asio::use_awaitable));
    check(write_error, "write");
    const auto [read_error, read] =
        co_await asio::async_read(server, asio::buffer(bytes), as_tuple(asio::use_awaitable));
    check(read_error, "read");
  } while (contest_round_trip(&running));
  context.stop();
}

}  // namespace

int main(int argc, char** argv) {
  static constexpr std::array<const char*, 2> variants{"plain", nullptr};
  running = contest_read_arguments(argc, argv, variants.data());
  asio::io_context context{1};
  tcp::acceptor acceptor{context, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
  for (unsigned i = 0; i < running.connections; ++i) {
    tcp::socket client{context};
    client.connect(acceptor.local_endpoint());
    tcp::socket server = acceptor.accept();
    client.set_option(tcp::no_delay{true});
    server.set_option(tcp::no_delay{true});
    asio::co_spawn(context, serve(std::move(server)), asio::detached);
    asio::co_spawn(context, ask(std::move(client), context), asio::detached);
  }
  context.run();
}
