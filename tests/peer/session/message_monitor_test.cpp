// Messages as they are counted, and as whoever traces sees them.
#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/made_up.hpp>
#include <support/stage.hpp>

#include <pappus/io/timer.hpp>

namespace session_message_monitor_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using support::simulated_node;
using support::stage;

namespace {

/// Writes down what passes, as "< ping" or "> ping".
struct trace {
  [[nodiscard]] integration::adapter host() {
    integration::adapter above;
    above.trace = [this](const peer::peer_info& with, const peer::passing_message& what) {
      seen.push_back(std::string{what.direction == peer::message_direction::received ? "< " : "> "} + what.name);
      peers.push_back(with);
      messages.push_back(what);
    };
    return above;
  }
  /// Where that is for the first time; behind the last if it never is.
  [[nodiscard]] std::ptrdiff_t place_of(const std::string& what) const {
    return std::ranges::find(seen, what) - seen.begin();
  }

  std::vector<std::string> seen;
  std::vector<peer::peer_info> peers;
  std::vector<peer::passing_message> messages;
};

using lines = std::vector<std::string>;

}  // namespace

TEST_CASE("whoever traces sees both sides of a handshake, and of pings, in their order") {
  sim::world world{1};
  trace dialing;
  trace listening;
  sim::machine& one = world.add_machine();
  sim::machine& other = world.add_machine();
  simulated_node dialer{one, support::simulated_config(), dialing.host()};
  simulated_node listener{other, support::simulated_config(), listening.host()};
  world.run_for(1s);
  dialer->connect(listener.endpoint(), [](const auto&) {});
  world.run_for(5s);

  REQUIRE(dialing.seen.size() == 6);
  REQUIRE(listening.seen.size() == 6);
  CHECK(lines(dialing.seen.begin(), dialing.seen.begin() + 2) == lines{"> hand", "< shake"});
  CHECK(lines(listening.seen.begin(), listening.seen.begin() + 2) == lines{"< hand", "> shake"});
  for (const trace* const each : {&dialing, &listening}) {
    CHECK(each->place_of("> ping") < each->place_of("< pong"));
    CHECK(each->place_of("< ping") < each->place_of("> pong"));
    CHECK(each->place_of("> pong") < 6);
    CHECK(each->place_of("< pong") < 6);
  }
  CHECK(dialing.peers[0].endpoint == listener.endpoint());
  CHECK(dialing.peers[0].direction == peer::direction::outbound);
  CHECK(dialing.peers[2].user_agent == dialer->config().user_agent);
  CHECK(listening.peers[0].endpoint.address == one.address());
  CHECK(listening.peers[2].endpoint == dialer.endpoint());
  const auto first_ping = static_cast<std::size_t>(dialing.place_of("> ping"));
  CHECK(dialing.messages[first_ping].code == ping::code);
  CHECK(dialing.messages[first_ping].bytes == wire::frame_header::size + 16);
}

TEST_CASE("a message that nobody knows is seen and counted as such, with the size that it declares") {
  trace all;
  stage on{all.host()};
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    co_await peer.send_frame(200, wire::bytes(5000, std::byte{0xff}));
    co_await peer.send_frame(201, {});
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
  };
  on.play(script(&on));
  const auto found = static_cast<std::size_t>(all.place_of("< unknown"));
  REQUIRE(found + 1 < all.seen.size());
  CHECK(all.messages[found].code == 200);
  CHECK(all.messages[found].bytes == 5000 + wire::frame_header::size);
  CHECK(all.seen[found + 1] == "< unknown");
  CHECK(on.node->statistics().sessions.received.of[peer::message_counts::unknown] == 2);
}

TEST_CASE("messages are counted by their type, in and out") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    for (int n = 0; n != 3; ++n) {
      co_await peer.send(ping{});
      static_cast<void>(co_await peer.expect<pong>());
    }
    co_await peer.send(transaction{support::some_transaction(1)});
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    const auto counted = at->node->statistics().sessions;
    CHECK(counted.received[hand::code] == 1);
    CHECK(counted.sent[shake::code] == 1);
    CHECK(counted.received[ping::code] == 3);
    CHECK(counted.sent[pong::code] == 3);
    CHECK(counted.received[transaction::code] == 1);
    CHECK(counted.sent[transaction::code] == 0);
  };
  on.play(script(&on));
}

TEST_CASE("what is on the stem is shown to whoever traces, and counted nowhere") {
  trace all;
  stage on{all.host()};
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    co_await peer.send(stem_transaction{support::some_transaction(1)});
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    const auto counted = at->node->statistics().sessions.received;
    CHECK(counted.of[peer::message_counts::unknown] == 0);
    CHECK(counted[stem_transaction::code] == 0);
  };
  on.play(script(&on));
  CHECK(static_cast<std::size_t>(all.place_of("< stem_transaction")) < all.seen.size());
}

}  // namespace session_message_monitor_test
