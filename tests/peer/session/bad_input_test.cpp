// Whatever message is cut short, its session ends with its name and the reason, and nobody else notices.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/scripted_peer.hpp>
#include <support/simulated_node.hpp>

#include <pappus/io/timer.hpp>
#include <pappus/wire/hex.hpp>

namespace session_bad_input_test {

using namespace pappus;
using namespace std::chrono_literals;
using support::scripted_peer;
using support::simulated_node;

namespace {

/// One body of each message that Grin wrote for the user testing network, the shortest that has bytes to lose.
std::map<std::string, wire::bytes> bodies() {
  std::map<std::string, wire::bytes> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{PAPPUS_TEST_DATA "/grin/messages/usernet"}) {
    const std::string file = entry.path().filename().string();
    if (!file.ends_with(".hex") || file.find(".v1.") != file.npos || file.find(".v2.") != file.npos) continue;
    std::ifstream in{entry.path()};
    std::string hex;
    in >> hex;
    wire::bytes body = wire::bytes_from_hex(hex).value();
    wire::bytes& shortest = found[entry.path().parent_path().filename().string()];
    if (!body.empty() && (shortest.empty() || body.size() < shortest.size())) shortest = std::move(body);
  }
  return found;
}

}  // namespace

TEST_CASE("a message of any type that is cut short ends its session by name, and no other") {
  sim::world world{1};
  simulated_node node{world.add_machine()};
  auto attack = [](io::runtime* net, io::endpoint where, std::uint8_t code, wire::bytes body) -> task<void> {
    auto bystander = co_await scripted_peer::dial(*net, where);
    static_cast<void>(co_await bystander.greet(bystander.good_hand(9998)));
    auto peer = co_await scripted_peer::dial(*net, where);
    static_cast<void>(co_await peer.greet(peer.good_hand()));
    co_await peer.send_frame(code, std::move(body));
    const bool closed = co_await peer.closed(10s);
    CHECK(closed);
    co_await bystander.send(wire::messages::ping{});
    static_cast<void>(co_await bystander.expect<wire::messages::pong>());
  };
  std::size_t checked = 0;
  for (const auto& each : bodies()) {
    const std::string& message = each.first;
    wire::bytes body = each.second;
    CAPTURE(message);
    if (message == "headers") continue;  // not looked at unless asked for: questions_test.cpp
    REQUIRE_FALSE(body.empty());
    body.pop_back();
    node.disconnected.clear();
    sim::machine& peers = world.add_machine();  // or they would be refused by and by
    world.run(
        attack(&peers.runtime(), node.endpoint(), wire::grin_messages::code_of(message).value(), std::move(body)));
    world.run_for(5s);
    const std::string reason = message == "ban_reason" ? "banned_by_peer" : "bad_message: " + message;
    CHECK(std::ranges::count_if(node.disconnected, [&](const auto& why) { return why.starts_with(reason); }) == 1);
    ++checked;
  }
  CHECK(checked == 25);
}

}  // namespace session_bad_input_test
