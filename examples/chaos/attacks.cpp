// Attackers: each attack is an actor on a machine of its own, which begins again until its time is over.
#include <array>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <stdexcept>
#include <utility>

#include <support/scripted_peer.hpp>

#include <pappus/coro/budget.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/sim/world.hpp>

#include "address_families.hpp"
#include "fault_kinds.hpp"
#include "network.hpp"

namespace chaos {
namespace {

using namespace std::chrono_literals;
using pappus::task;
using support::scripted_peer;
namespace messages = wire::messages;

/// What an actor has at hand.
struct actor {
  network* in;
  sim::machine* home;
  io::time_point until;
  pappus::sim::xoshiro256 rng;
  std::uint16_t port;  // that it claims to listen on

  [[nodiscard]] io::runtime& net() const { return home->runtime(); }
  [[nodiscard]] bool is_over() const { return in->world().now() >= until; }
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return pappus::sim::uniform_below(rng, bound); }
  [[nodiscard]] io::endpoint some_node() {
    const auto number = static_cast<std::size_t>(below(in->size()));
    return {in->at(number).machine().address(), in->all().chain().default_port};
  }
};

/// Before each of many messages: an attacker's work is in the same turns as that of the nodes, and must not make them
/// too long.
auto next_piece() { return pappus::coro::consume_budget(0); }

task<void> pause(actor& by, io::duration length) { static_cast<void>(co_await io::sleep_for(by.net(), length)); }

task<scripted_peer> connect(actor& by) {
  auto dialed = co_await by.net().connect(by.some_node());
  if (!dialed) throw std::runtime_error("no connection");
  co_return scripted_peer{by.net(), std::move(*dialed), by.in->all().chain()};
}

/// After a handshake in which it claims so much work.
task<scripted_peer> meet(actor& by, std::uint64_t work = 1) {
  scripted_peer over = co_await connect(by);
  messages::hand ours = over.good_hand();
  ours.nonce = by.rng();
  ours.total_difficulty = work;
  ours.sender = peer::to_wire({by.home->address(), by.port});
  static_cast<void>(co_await over.greet(std::move(ours)));
  co_return std::move(over);
}

/// Reads until the other side closes, or for that long.
task<void> listen_for(scripted_peer& over, io::duration length) { static_cast<void>(co_await over.closed(length)); }

task<void> say_nothing(actor& by) {
  scripted_peer over = co_await connect(by);
  co_await pause(by, 1min);
}

task<void> send_garbage(actor& by) {
  scripted_peer over = co_await connect(by);
  wire::bytes noise(1 + by.below(4000));
  for (std::byte& each : noise) each = static_cast<std::byte>(by.rng());
  co_await over.send_bytes(std::move(noise));
  co_await listen_for(over, 20s);
}

task<void> send_bad_frames(actor& by) {
  scripted_peer over = co_await meet(by);
  const auto code = static_cast<std::uint8_t>(by.below(40));
  wire::bytes noise(by.below(200));
  for (std::byte& each : noise) each = static_cast<std::byte>(by.rng());
  co_await over.send_frame(code, std::move(noise));
  co_await listen_for(over, 20s);
}

task<void> flood(actor& by) {
  scripted_peer over = co_await meet(by);
  for (int i = 0; i != 2000; ++i) {
    co_await next_piece();
    co_await over.send(messages::ping{});
  }
  co_await listen_for(over, 10s);
}

/// In a run with IPv6, of either family.
pappus::ip_address somewhere(actor& by) {
  const auto drawn = static_cast<std::uint32_t>(by.below(0x70000000));
  if (!has_ipv6(by.in->world().seed()) || drawn % 2 == 0) return pappus::ip_address::v4(0x05000000 + drawn);
  std::array<std::uint8_t, 16> bytes{0x2a, 0x01};
  for (std::size_t i = 0; i != 4; ++i) bytes[2 + i] = static_cast<std::uint8_t>(drawn >> 8 * i & 0xff);
  return pappus::ip_address::v6(bytes);
}

task<void> flood_addresses(actor& by) {
  scripted_peer over = co_await meet(by);
  for (int round = 0; round != 20; ++round) {
    messages::peer_addrs made_up;
    for (int i = 0; i != 200; ++i) {
      made_up.addresses.push_back(peer::to_wire({somewhere(by), 3414}));
    }
    co_await over.send(std::move(made_up));
  }
  co_await listen_for(over, 30s);
}

/// Asks for the same blocks again and again, and reads none of them.
task<void> read_nothing(actor& by) {
  scripted_peer over = co_await meet(by);
  const wire::hash wanted = by.in->all().genesis().whole->hash();
  for (int i = 0; i != 200; ++i) {
    co_await next_piece();
    co_await over.send(messages::get_block{wanted});
  }
  co_await pause(by, 1min);
}

/// A header or block with a proof of work that was not found.
task<void> forge_blocks(actor& by) {
  scripted_peer over = co_await meet(by);
  const auto& chain = by.in->all().chain();
  const wire::block_ptr forged =
      make_block(by.in->all().genesis().whole->hash(), 1, 11, 1'600'000'000, 0x8000000000000000 | by.rng(), {}, chain);
  messages::header head{forged->header()};
  messages::block whole{forged};
  if (by.below(2) == 0) co_await over.send(std::move(head));
  else co_await over.send(std::move(whole));
  co_await listen_for(over, 30s);
}

/// Announces transactions that are known to others, and ones that do not exist, and never gives one.
task<void> withhold(actor& by) {
  scripted_peer over = co_await meet(by);
  const auto& all = by.in->all().transactions();
  for (int i = 0; i != 40; ++i) {
    wire::hash kernel;
    kernel.raw[0] = static_cast<std::byte>(by.rng());
    kernel.raw[1] = static_cast<std::byte>(by.rng());
    const bool known = !all.empty() && by.below(2) == 0;
    if (known) kernel = all[static_cast<std::size_t>(by.below(all.size()))].whole->kernel_hash(0);
    co_await over.send(messages::transaction_kernel{kernel});
  }
  co_await listen_for(over, 1min);
}

/// Claims far more work than there is, and answers nothing.
task<void> overstate(actor& by) {
  scripted_peer over = co_await meet(by, 1'000'000);
  for (int i = 0; i != 12; ++i) {
    co_await over.send(messages::ping{1'000'000, 100'000});
    co_await listen_for(over, 10s);
  }
}

task<void> stem_invalid(actor& by) {
  scripted_peer over = co_await meet(by);
  for (int i = 0; i != 5; ++i) {
    const auto invalid = make_transaction(0x8000000000 | by.below(0x7fffffffff), by.in->all().chain());
    if (by.below(2) == 0) co_await over.send(messages::stem_transaction{invalid});
    else co_await over.send(messages::transaction{invalid});
  }
  co_await listen_for(over, 30s);
}

/// Claims an endless number of listening ports.
task<void> change_ports(actor& by) {
  ++by.port;
  scripted_peer over = co_await meet(by);
  co_await listen_for(over, 5s);
}

/// Asks for all it can, and stays: it must be told no more than other inbound peers.
task<void> spy(actor& by) {
  scripted_peer over = co_await meet(by);
  for (int i = 0; i != 20; ++i) {
    auto frame = co_await over.receive(10s);
    if (!frame) continue;
    if (frame->code == messages::stem_transaction::code) {
      by.in->watch().broken("a private transaction goes to outbound peers only", "an inbound spy has got one",
                            by.in->world().now());
    }
    if (frame->code == messages::ping::code) co_await over.send(messages::pong{});
  }
}

// Those that listen: nodes that dial them get less than they expect.

/// Answers a Hand, and then nothing: what is stemmed to it is lost.
task<void> swallow(std::shared_ptr<actor> by, io::stream_ptr accepted, std::uint64_t work) {
  try {
    scripted_peer over{by->net(), std::move(accepted), by->in->all().chain()};
    static_cast<void>(co_await over.expect<messages::hand>(10s));
    messages::shake ours = over.good_shake();
    ours.total_difficulty = work;
    co_await over.send(std::move(ours));
    while (!by->is_over()) {
      auto frame = co_await over.receive(20s);
      if (!frame) co_return;
      if (frame->code == messages::ping::code) co_await over.send(messages::pong{work, work / 10});
    }
  } catch (const std::exception&) {  // the other side has closed
  }
}

/// Tells nodes its address, so that they dial it.
task<void> advertise(actor& by) {
  scripted_peer over = co_await meet(by);
  co_await listen_for(over, 30s);
}

using attack = task<void> (*)(actor&);

/// Begins an attack again and again.
task<void> repeat(std::shared_ptr<actor> by, attack what) {
  while (!by->is_over()) {
    try {
      co_await what(*by);
    } catch (const std::exception&) {  // the node has closed, or is not there
    }
    co_await pause(*by, io::duration{1s} + 100ms * by->below(100));
    if (by->home->runtime().crashed()) co_return;
  }
}

task<void> accept_all(std::shared_ptr<actor> by, std::uint64_t work) {
  auto listener = by->net().listen(io::endpoint{by->home->address().unspecified(), by->port});
  if (!listener) co_return;
  for (;;) {
    auto accepted = co_await (*listener)->accept();
    if (!accepted || by->is_over()) co_return;
    by->home->spawn(swallow(by, std::move(*accepted), work));
  }
}

std::shared_ptr<actor> make_actor(network& in, const fault& which) {
  sim::machine& home = in.attacker(which.target);
  const std::uint64_t seed = pappus::mix64(in.world().seed() + which.level * 64 + which.kind);
  const auto port = static_cast<std::uint16_t>(10'000 + which.level);
  return std::make_shared<actor>(actor{&in, &home, io::time_point{which.end}, pappus::sim::xoshiro256{seed}, port});
}

template <attack What>
void begin(network& in, const fault& which) {
  const auto made = make_actor(in, which);
  made->home->spawn(repeat(made, What));
}

template <std::uint64_t Work>
void begin_listening(network& in, const fault& which) {
  const auto made = make_actor(in, which);
  made->home->spawn(accept_all(made, Work));
  made->home->spawn(repeat(made, advertise));
}

/// Actors end by themselves when their time is over.
fault_kind attack_kind(const char* name, const char* about, io::duration mean_length,
                       void (*begin)(network&, const fault&)) {
  return {name,
          about,
          "the attacker's machine",
          "with the seed, the attacker's choices; it claims to listen on port 10000 + LEVEL",
          true,
          mean_length,
          begin,
          [](network&, const fault&) {}};
}

}  // namespace

std::vector<fault_kind> attacks() {
  return {
      attack_kind("silent_dialer", "connects and says nothing", 5min, begin<say_nothing>),
      attack_kind("garbage", "sends random bytes", 5min, begin<send_garbage>),
      attack_kind("bad_frames", "sends random bodies after the handshake", 5min, begin<send_bad_frames>),
      attack_kind("flood", "sends thousands of messages at once", 5min, begin<flood>),
      attack_kind("address_flood", "sends made-up addresses", 5min, begin<flood_addresses>),
      attack_kind("slow_reader", "requests and reads nothing", 5min, begin<read_nothing>),
      attack_kind("forged_blocks", "sends headers and blocks without work", 5min, begin<forge_blocks>),
      attack_kind("withholder", "announces transactions and gives none", 5min, begin<withhold>),
      attack_kind("overstater", "claims work that there is not", 5min, begin<overstate>),
      attack_kind("invalid_stems", "sends invalid transactions", 5min, begin<stem_invalid>),
      attack_kind("many_ports", "claims a new port each time", 5min, begin<change_ports>),
      attack_kind("spy", "connects and listens", 5min, begin<spy>),
      attack_kind("black_hole", "accepts stems and passes none on", 10min, begin_listening<1>),
      attack_kind("lying_listener", "the same, and claims work that there is not", 10min, begin_listening<1'000'000>),
  };
}

}  // namespace chaos
