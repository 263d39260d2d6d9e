// A stempool without a node: the test sets its relays, and records its actions.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <support/made_up.hpp>

#include <pappus/peer/dandelion/stempool.hpp>
#include <pappus/sim/random.hpp>
#include <pappus/wire/chain_parameters.hpp>

#include "epochs.hpp"

namespace support {

using namespace pappus;

class some_relays final : public peer::stem_relays {
public:
  some_relays() {
    for (std::uint32_t i = 1; i <= 4; ++i) outbound.push_back({100 + i, i});
  }

  [[nodiscard]] bool is_connected(std::uint64_t peer) const override {
    return std::ranges::find(outbound, peer, &peer::stem_relay::peer) != outbound.end();
  }
  [[nodiscard]] std::vector<peer::stem_relay> candidates() const override { return outbound; }
  [[nodiscard]] std::size_t room(std::uint64_t peer, bool own) const override {
    const auto found = stem_room.find(peer);
    if (!is_connected(peer)) return 0;
    return own || found == stem_room.end() ? 1000 : found->second;
  }
  [[nodiscard]] std::size_t public_room() const override { return outbound.empty() && inbound == 0 ? 0 : fluff_room; }
  [[nodiscard]] bool none_expected() const override { return outbound.empty() && !expected; }

  void leave(std::uint64_t peer) {
    std::erase_if(outbound, [peer](const peer::stem_relay& each) { return each.peer == peer; });
  }

  std::vector<peer::stem_relay> outbound;  // 101 to 104, each in a netgroup of its own
  std::size_t inbound = 3;
  std::size_t fluff_room = 1'000'000;              // room in send queues for fluffs, of most peers
  bool expected = false;                           // more outbound peers are expected
  std::map<std::uint64_t, std::size_t> stem_room;  // room for stems of others, by relay, where it is limited
};

/// The adapter finds every transaction valid that is not in `invalid`, at once, unless it is `silent`; it aggregates
/// nothing, and says so at once if it `refuses_to_aggregate`. Received stems have been validated before.
class bench {
public:
  explicit bench(const peer::dandelion_options& options, std::uint64_t seed = 1)
      : pool(options, usernet, true, relays, sim::xoshiro256{seed}, {}) {}

  static constexpr wire::chain_limits usernet = wire::chain_parameters_for(wire::chain_type::usernet).limits;

  some_relays relays;
  io::time_point now{};
  std::vector<wire::transaction_ptr> invalid;
  bool silent = false;
  bool refuses_to_aggregate = false;
  peer::stempool pool;

  // The actions of the stempool.
  std::vector<std::pair<wire::transaction_ptr, std::uint64_t>> sent;
  std::vector<std::pair<wire::transaction_ptr, peer::fluff_reason>> fluffed;
  std::vector<peer::stem_action::finished> finished;
  std::vector<peer::stem_action::aggregate> to_aggregate;
  std::vector<peer::stem_action::persist> persisted;
  std::vector<peer::stem_action::validate> validations;

  void receive(const wire::transaction_ptr& tx, std::uint64_t source) {
    pool.received(now, tx, source);
    carry_out();
  }
  bool submit(const wire::transaction_ptr& tx) {
    const bool added = pool.submit(now, tx).has_value();
    carry_out();
    return added;
  }
  void answer(const peer::stem_action::validate& order, bool valid) {
    pool.verified(now, order, valid);
    carry_out();
  }
  /// Advances the time and runs every timer that expires meanwhile.
  void pass(io::duration length) {
    const io::time_point until = io::saturating_add(now, length);
    while (pool.next_due() <= until) {
      now = std::max(now, pool.next_due());
      pool.tick(now);
      carry_out();
    }
    now = until;
  }
  void refuse(const wire::transaction_ptr& tx, std::uint64_t relay) {
    if (const auto which = pool.find(*tx)) pool.not_sent(now, *which, relay);
    carry_out();
  }
  /// The relay disconnects before the stem is written.
  void lose(std::uint64_t relay) {
    relays.leave(relay);
    for (const auto& [tx, to] : std::vector{sent}) {
      if (to == relay) refuse(tx, relay);
    }
  }

  void carry_out() {
    while (auto order = pool.next_order()) std::visit([this](auto& each) { perform(each); }, *order);
  }

private:
  void perform(const peer::stem_action::validate& order) {
    validations.push_back(order);
    if (silent) return;
    const auto is_it = [&order](const wire::transaction_ptr& each) { return each->hash() == order.tx->hash(); };
    pool.verified(now, order, std::ranges::none_of(invalid, is_it));
  }
  void perform(const peer::stem_action::send& order) { sent.emplace_back(order.tx, order.to); }
  void perform(const peer::stem_action::aggregate& order) {
    to_aggregate.push_back(order);
    if (refuses_to_aggregate) pool.aggregated(now, order, {});
  }
  void perform(const peer::stem_action::fluff& order) { fluffed.emplace_back(order.tx, order.reason); }
  void perform(const peer::stem_action::persist& order) { persisted.push_back(order); }
  void perform(const peer::stem_action::finished& order) { finished.push_back(order); }
};

}  // namespace support
