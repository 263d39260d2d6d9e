// Echo benchmark of pappus, as its users write it. Variants: plain; with a deadline that every round extends; with that
// and messages gathered from two buffers. All run in a scope, so a stop request can reach them anywhere.
#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include <pappus/coro/scope.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/result.hpp>
#include <pappus/uv/loop.hpp>

#include "contest.h"

namespace {

using namespace std::chrono_literals;
using namespace pappus;

enum class variant { plain, deadline, gathered };

using message = std::array<std::byte, message_size>;

contest running;

template <variant Kind>
auto write_message(io::stream& to, const message& bytes) noexcept {
  const io::const_buffer whole{bytes};
  if constexpr (Kind == variant::gathered) return to.write_all(whole.first(header_size), whole.subspan(header_size));
  else return to.write_all(whole);
}

/// Echoes messages until stopped.
template <variant Kind>
task<result<void>> serve(io::stream& client, io::deadline& limit) {
  message bytes{};
  for (;;) {
    if constexpr (Kind != variant::plain) limit.expires_after(30s);
    PAPPUS_CO_TRY_DISCARD(co_await client.read_exact(bytes));
    PAPPUS_CO_TRY_DISCARD(co_await write_message<Kind>(client, bytes));
  }
}

/// Sends a message and reads its echo, until all round trips are done.
template <variant Kind>
task<result<void>> ask(io::stream& server, io::deadline& limit) {
  message bytes{};
  do {
    if constexpr (Kind != variant::plain) limit.expires_after(30s);
    PAPPUS_CO_TRY_DISCARD(co_await write_message<Kind>(server, bytes));
    PAPPUS_CO_TRY_DISCARD(co_await server.read_exact(bytes));
  } while (contest_round_trip(&running));
  co_return {};
}

using talk = task<result<void>> (*)(io::stream& peer, io::deadline& limit);

/// Owns one end of a connection and its deadline. The first end to complete ends the benchmark.
task<void> run_end(io::runtime& net, scope& all, io::stream_ptr peer, talk how) {
  const coro::context here = co_await coro::current_context{};
  io::deadline limit{net, here.stop};
  const auto ended = co_await how(*peer, limit).with_stop_token(limit.token());
  if (!ended && limit.translate(ended.error()) != errc::canceled) {
    contest_fail("echo", limit.translate(ended.error()).message().c_str());
  }
  all.request_stop();
}

struct ends {
  talk client;
  talk server;
};

ends ends_of(std::string_view name) {
  if (name == "deadline") return {ask<variant::deadline>, serve<variant::deadline>};
  if (name == "gathered") return {ask<variant::gathered>, serve<variant::gathered>};
  return {ask<variant::plain>, serve<variant::plain>};
}

/// No end sends anything before all are connected.
task<result<void>> run_all(scope& all, io::runtime& net, ends how) {
  PAPPUS_CO_TRY(listener, net.listen({pappus::ip_address::v4(0x7f000001), 0}));
  std::vector<io::stream_ptr> clients;
  std::vector<io::stream_ptr> servers;
  for (unsigned i = 0; i < running.connections; ++i) {
    PAPPUS_CO_TRY(client, co_await net.connect(listener->local_endpoint()));
    PAPPUS_CO_TRY(server, co_await listener->accept());
    clients.push_back(std::move(client));
    servers.push_back(std::move(server));
  }
  for (auto& server : servers) all.spawn(run_end(net, all, std::move(server), how.server));
  for (auto& client : clients) all.spawn(run_end(net, all, std::move(client), how.client));
  co_return {};
}

}  // namespace

int main(int argc, char** argv) {
  static constexpr std::array<const char*, 4> variants{"plain", "deadline", "gathered", nullptr};
  running = contest_read_arguments(argc, argv, variants.data());
  uv::loop loop;
  const auto ended = loop.run(with_scope(run_all, std::ref(loop.runtime()), ends_of(running.variant)));
  if (!ended) contest_fail("echo", ended.error().message().c_str());
}
