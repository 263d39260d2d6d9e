// A node in a simulated world under a byte stream that is split anywhere: whatever a peer says, before or after its
// handshake, another peer of the node is served as before. The first byte says whether hands are shaken and at which
// version, the second how the stream is split.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <utility>

#include <support/scripted_peer.hpp>
#include <support/simulated_node.hpp>

#include <pappus/io/timer.hpp>

using namespace pappus;
using namespace std::chrono_literals;

namespace {

struct scene {
  sim::world world{1};
  support::simulated_node node{world.add_host()};
  sim::host& peers = world.add_host();
  bool served = false;
};

task<void> attack(scene& at, std::uint8_t how, std::uint8_t split, wire::bytes_view stream) {
  auto bystander = co_await support::scripted_peer::dial(at.peers.net(), at.node.endpoint());
  static_cast<void>(co_await bystander.greet(bystander.good_hand()));
  auto attacker = co_await support::scripted_peer::dial(at.peers.net(), at.node.endpoint());
  if (how % 4 != 0) {
    constexpr std::uint32_t versions[] = {1000, 1, 2, 3};
    auto hand = attacker.good_hand();
    hand.version = {versions[how % 4]};
    static_cast<void>(co_await attacker.greet(std::move(hand)));
  }
  std::uint32_t state = split + 1U;
  while (!stream.empty()) {
    state = state * 1'664'525 + 1'013'904'223;
    const std::size_t count = std::min<std::size_t>(1 + (state >> 16) % 400, stream.size());
    co_await attacker.send_bytes({stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(count)});
    stream = stream.subspan(count);
    if (state % 3 == 0) static_cast<void>(co_await io::sleep_for(at.peers.net(), 1ms));
  }
  attacker.close();
  co_await bystander.send(wire::messages::ping{});
  static_cast<void>(co_await bystander.expect<wire::messages::pong>());
  at.served = true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  scene at;
  at.world.run(attack(at, data[0], data[1], std::as_bytes(std::span{data, size}).subspan(2)));
  if (!at.served) std::abort();
  return 0;
}
