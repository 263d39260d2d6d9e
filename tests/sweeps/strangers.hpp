// A node among peers that break the rules, or break off, on a machine and a network in trouble.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <utility>

#include <support/scripted_peer.hpp>

#include <pappus/io/timer.hpp>

#include "scenario.hpp"

namespace sweeps {

using support::scripted_peer;

/// Where a peer made by a test is, and the node that it has to do with.
class stranger {
public:
  stranger(sim::machine& on, io::endpoint node) noexcept : on_(&on), node_(node) {}

  [[nodiscard]] sim::machine& machine() const noexcept { return *on_; }
  [[nodiscard]] task<scripted_peer> dial() const { return scripted_peer::dial(on_->runtime(), node_); }
  [[nodiscard]] static task<scripted_peer> shaken(stranger one) {
    auto peer = co_await one.dial();
    static_cast<void>(co_await peer.greet(peer.good_hand()));
    co_return std::move(peer);
  }

private:
  sim::machine* on_;
  io::endpoint node_;
};

// What one does wrong before its handshake, or instead of it.

inline task<void> say_nothing(stranger by) {
  auto peer = co_await by.dial();
  static_cast<void>(co_await peer.closed());
}
inline task<void> say(stranger by, wire::bytes raw) {
  auto peer = co_await by.dial();
  co_await peer.send_bytes(std::move(raw));
  static_cast<void>(co_await peer.closed());
}
inline task<void> be_of_another_chain(stranger by) {
  auto peer = co_await by.dial();
  wire::messages::hand ours = peer.good_hand();
  ours.genesis = {};
  co_await peer.send(std::move(ours));
  static_cast<void>(co_await peer.closed());
}

// After it.

template <class Message>
task<void> send_only(stranger by, Message message) {
  auto peer = co_await stranger::shaken(by);
  co_await peer.send(std::move(message));
  static_cast<void>(co_await peer.closed(70s));  // without a single pong
}
inline task<void> send_frame(stranger by, std::uint8_t code, wire::bytes body, std::uint64_t declared) {
  auto peer = co_await stranger::shaken(by);
  co_await peer.send_frame(code, std::move(body), declared);
  static_cast<void>(co_await peer.closed(70s));
}
inline task<void> flood(stranger by) {
  auto peer = co_await stranger::shaken(by);
  for (int i = 0; i != 600; ++i) co_await peer.send(wire::messages::pong{});
  static_cast<void>(co_await peer.closed());
}
inline task<void> leave(stranger by) {
  auto peer = co_await stranger::shaken(by);
  co_await peer.send_frame(wire::messages::ping::code, {}, 16);
  peer.close();
}

// When the node has dialed it.

/// Sends these bytes in response to a Hand.
inline task<void> answer_hand(stranger by, wire::bytes raw) {
  io::runtime& net = by.machine().runtime();
  auto listener = net.listen({by.machine().address(), port}).value();
  auto accepted = co_await io::with_timeout(net, 20s, listener->accept());
  if (!accepted) co_return;
  scripted_peer peer{net, *std::move(accepted)};
  static_cast<void>(co_await peer.expect<wire::messages::hand>());
  co_await peer.send_bytes(std::move(raw));
  static_cast<void>(co_await peer.closed());
}

// Where the node is at home.

/// A gateway that maps each port as it is asked to, by PCP (RFC 6887).
inline task<void> map_ports(sim::machine* on) {
  auto socket = on->runtime().open_datagram_socket({on->address(), 5351}, std::nullopt).value();
  std::array<std::byte, 1100> packet{};
  for (;;) {
    const auto asked = co_await socket->receive(packet);
    if (!asked) co_return;
    packet[1] |= std::byte{0x80};
    std::fill_n(packet.begin() + 8, 16, std::byte{0});
    std::fill_n(packet.begin() + 54, 2, std::byte{0xff});
    std::fill_n(packet.begin() + 56, 4, std::byte{9});  // at 9.9.9.9
    static_cast<void>(socket->send_to(asked->bytes, asked->from));
  }
}

class strangers final : public scenario {
public:
  strangers() {
    whole_node::options few;
    few.configure = [](node_config& settings) {
      settings.connection_limits.inbound = 6;
      settings.map_port = true;
    };
    add("strangers-0", std::move(few));
    add("strangers-1", {});
  }

  void play() override {
    sim::machine& router = world.add_machine();
    router.spawn(contained(map_ports(&router)));
    first().machine().set_default_gateways({router.address()});
    for (const auto& each : nodes) each->start();
    run_for(500ms);
    nodes[1]->connect(first());
    first().connect(first());
    run_for(1s);
    come_all();
    run_for(5s);
    have_trouble();
    dial_them();
    run_for(75s);
    end();
  }

private:
  /// Whatever ends a stranger, its own lack of memory included, is none of the node's business.
  static task<void> contained(task<void> conduct) {
    try {
      co_await std::move(conduct);
    } catch (const std::exception&) {
      co_return;
    }
  }
  /// Each on a machine of its own, which is returned.
  template <class... Params, class... Args>
  sim::machine& come(task<void> (*does)(stranger, Params...), Args... args) {
    sim::machine& at = world.add_machine();
    at.spawn(contained(does(stranger{at, first().endpoint()}, std::move(args)...)));
    return at;
  }

  void come_all() {
    using namespace wire::messages;
    come(&say_nothing);
    come(&say, wire::bytes(20, std::byte{7}));
    come(&be_of_another_chain);
    come(&send_only<shake>, shake{});
    come(&send_only<ban_reason>, ban_reason{});
    come(&send_only<get_block>, get_block{});
    come(&send_only<get_transaction>, get_transaction{});
    come(&send_only<get_peer_addrs>, get_peer_addrs{});
    come(&send_only<get_kernel_segment>, get_kernel_segment{});
    run_for(1s);
    come(&send_only<transaction_kernel>, transaction_kernel{new_transaction()->kernel_hash(0)});
    come(&send_only<peer_addrs>, peer_addrs{{wire::peer_address{pappus::ip_address::v4(0x09090101), port}}});
    come(&send_frame, transaction::code, wire::bytes(100), std::uint64_t{100});
    come(&send_frame, transaction::code, wire::bytes(100), std::uint64_t{1000});
    come(&send_frame, wire::messages::block::code, wire::bytes(100), std::uint64_t{1} << 40);
    come(&flood);
    come(&leave);
    run_for(1s);
  }

  void have_trouble() {
    const auto banned = [](std::uint32_t number) {
      return io::endpoint_range{pappus::ip_address::v4(0x09090900 + number)};
    };
    first().ban(banned(1));
    run_for(1s);
    first().disk().fails = true;
    first().ban(banned(2));
    first().stem(new_transaction());
    run_for(2s);
    first().disk().fails = false;
    first().hang_workers(true);
    first().ban(banned(3));
    run_for(1s);
    first().hang_workers(false);
    first().machine().exhaust_descriptors(true);
    nodes[1]->machine().exhaust_descriptors(true);
    first().connect({pappus::ip_address::v4(0x09090909), 1});
    come(&say_nothing);
    run_for(1s);
    first().machine().exhaust_descriptors(false);
    nodes[1]->machine().exhaust_descriptors(false);
    world.reset(first().machine(), nodes[1]->machine());
    run_for(1s);
    nodes[1]->connect(first());
    run_for(1s);
    world.cut(first().machine(), nodes[1]->machine());
    first().fluff(new_transaction());
    run_for(2s);
    world.heal();
    first().machine().set_clock_offset(-48h);
    run_for(11s);
    first().machine().set_clock_offset({});
  }

  void dial_them() {
    const auto& network = wire::chain_parameters_for(wire::chain_type::usernet);
    const auto bytes_of = [&](const auto& message) {
      return wire::grin_messages::encode(message, network, wire::latest_version).value();
    };
    first().connect({come(&answer_hand, wire::bytes(30, std::byte{7})).address(), port});
    first().connect({come(&answer_hand, bytes_of(wire::messages::shake{})).address(), port});
    first().connect({come(&answer_hand, wire::bytes{}).address(), port});
    first().connect({nodes[1]->machine().address(), 1});
    run_for(100ms);
  }
};

}  // namespace sweeps
