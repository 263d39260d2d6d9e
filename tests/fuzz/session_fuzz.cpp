// A node in a simulated world with a byte stream from a peer, split anywhere, before or after the handshake: another
// peer of the node is served as before. The first byte has the version, whether there is a handshake, and the node's
// requests to the peer; the second byte how the stream is split.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <utility>

#include <support/conduit.hpp>
#include <support/grin_data.hpp>
#include <support/scripted_peer.hpp>
#include <support/simulated_node.hpp>

#include <pappus/io/timer.hpp>
#include <pappus/peer/session/limits.hpp>

using namespace pappus;
using namespace std::chrono_literals;

namespace {

/// An adapter with all that peers request.
integration::adapter serving() {
  using namespace wire::messages;
  using support::grin_message;
  static const auto headers_there = grin_message<headers>("3").values;
  static const auto block_there = grin_message<block>("full").value;
  static const auto compact_block_there = grin_message<compact_block>("full").value;
  static const auto bitmap_there = grin_message<output_bitmap_segment>("mixed");
  static const auto outputs_there = grin_message<output_segment>("whole");
  static const auto proofs_there = grin_message<range_proof_segment>("whole");
  static const auto kernels_there = grin_message<kernel_segment>("whole");
  integration::adapter adapter;
  adapter.get_output_features = [](const wire::commitment&) { return wire::output_features::plain; };
  adapter.locate_headers = [](std::span<const wire::hash>) { return headers_there; };
  adapter.get_block = [](const wire::hash&) { return block_there; };
  adapter.get_compact_block = [](const wire::hash&) { return compact_block_there; };
  adapter.get_output_bitmap_segment = [](const auto&) { return bitmap_there; };
  adapter.get_output_segment = [](const auto&) { return outputs_there; };
  adapter.get_range_proof_segment = [](const auto&) { return proofs_there; };
  adapter.get_kernel_segment = [](const auto&) { return kernels_there; };
  return adapter;
}

struct scene {
  sim::world world{1};
  support::simulated_node node{world.add_machine(), support::simulated_config(), serving()};
  sim::machine& peers = world.add_machine();
  bool served = false;
};

/// Sends requests to the second peer, if there is one; its bytes may happen to answer them.
void ask(scene& at, std::uint8_t how, io::stream_ptr into) {
  using namespace wire::messages;
  constexpr std::uint64_t attacker = 2;
  const auto ignore = [](const auto&) {};
  if ((how & 4) != 0) {
    peer::headers_request request{{}, [](std::span<const wire::header> batch) {
                                    if (batch.empty() || batch.size() > peer::limits::headers_batch_size) std::abort();
                                  }};
    at.node->request(attacker, std::move(request), ignore);
  }
  if ((how & 8) != 0) {
    constexpr std::uint64_t max_bytes = 1 << 16;
    at.node->request(attacker, peer::archive_request{{}, std::move(into), max_bytes}, ignore);
  }
  if ((how & 16) != 0) {
    static const auto there = support::grin_message<kernel_segment>("whole");
    at.node->request(attacker, get_kernel_segment{there.block, there.segment.id()}, ignore);
    at.node->request(attacker, get_peer_addrs{}, ignore);
  }
}

task<void> attack(scene& at, std::uint8_t how, std::uint8_t split, wire::bytes_view stream) {
  auto bystander = co_await support::scripted_peer::dial(at.peers.runtime(), at.node.endpoint());
  static_cast<void>(co_await bystander.greet(bystander.good_hand(9998)));
  auto attacker = co_await support::scripted_peer::dial(at.peers.runtime(), at.node.endpoint());
  if (how % 4 != 0) {
    constexpr std::uint32_t versions[] = {1000, 1, 2, 3};
    auto hand = attacker.good_hand();
    hand.version = {versions[how % 4]};
    static_cast<void>(co_await attacker.greet(std::move(hand)));
    static_cast<void>(co_await attacker.expect<wire::messages::ping>());
  }
  support::conduit disk = co_await support::conduit::make(at.node.net(), {at.node.endpoint().address, 99});
  ask(at, how, std::move(disk.in));
  std::uint32_t state = split + 1U;
  while (!stream.empty()) {
    state = state * 1'664'525 + 1'013'904'223;
    const std::size_t count = std::min<std::size_t>(1 + (state >> 16) % 400, stream.size());
    co_await attacker.send_bytes({stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(count)});
    stream = stream.subspan(count);
    if (state % 3 == 0) static_cast<void>(co_await io::sleep_for(at.peers.runtime(), 1ms));
  }
  attacker.close();
  disk.out.reset();
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
