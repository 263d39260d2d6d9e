// A stempool without a node around it: peers that are there or not, and orders written down.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <support/made_up.hpp>

#include <pappus/peer/dandelion/stempool.hpp>
#include <pappus/sim/random.hpp>
#include <pappus/wire/network.hpp>

namespace support {

using namespace pappus;

class some_relays final : public peer::stem_relays {
public:
  [[nodiscard]] bool is_there(std::uint64_t peer) const override {
    return std::ranges::find(outbound, peer, &peer::stem_relay::peer) != outbound.end();
  }
  [[nodiscard]] std::vector<peer::stem_relay> all() const override { return outbound; }
  [[nodiscard]] bool alone() const override { return outbound.empty() && inbound == 0; }

  void leave(std::uint64_t peer) {
    std::erase_if(outbound, [peer](const peer::stem_relay& each) { return each.peer == peer; });
  }

  std::vector<peer::stem_relay> outbound{{101, 1}, {102, 2}, {103, 3}, {104, 4}};
  std::size_t inbound = 3;
};

/// Of the default times but with epochs all of one kind.
[[nodiscard]] inline peer::dandelion_options only(peer::dandelion_mode mode,
                                                  peer::dandelion_scheme scheme = peer::dandelion_scheme::grin) {
  peer::dandelion_options options = peer::dandelion_options::of(scheme);
  options.stem_probability = mode == peer::dandelion_mode::stem ? 1 : 0;
  return options;
}

/// The host of it finds everything valid that is not in `invalid`, at once, unless it is silent; aggregates nothing.
class bench {
public:
  explicit bench(const peer::dandelion_options& options, std::uint64_t seed = 1)
      : pool(options, wire::parameters_of(wire::chain::usernet).limits.transaction_weight(), true, relays,
             sim::xoshiro256{seed}, {}) {}

  some_relays relays;
  io::time_point now{};
  std::vector<wire::transaction_ptr> invalid;
  bool silent = false;
  peer::stempool pool;

  // What has been ordered.
  std::vector<std::pair<wire::transaction_ptr, std::uint64_t>> sent;
  std::vector<std::pair<wire::transaction_ptr, peer::fluff_cause>> fluffed;
  std::vector<peer::stem_order::over> over;
  std::vector<std::vector<wire::transaction_ptr>> to_aggregate;
  std::vector<peer::stem_order::keep> kept;
  std::size_t verifications = 0;

  void receive(const wire::transaction_ptr& tx, std::uint64_t source) {
    pool.received(now, tx, source);
    carry_out();
  }
  bool submit(const wire::transaction_ptr& tx) {
    const bool taken = pool.submit(now, tx);
    carry_out();
    return taken;
  }
  /// Goes through all that falls due meanwhile.
  void pass(io::duration length) {
    const io::time_point until = io::later(now, length);
    while (pool.next_due() <= until) {
      now = std::max(now, pool.next_due());
      pool.tick(now);
      carry_out();
    }
    now = until;
  }
  void refuse(const wire::transaction_ptr& tx, std::uint64_t relay) {
    pool.not_sent(now, tx->kernel_id(0), relay);
    carry_out();
  }

  void carry_out() {
    while (auto order = pool.next_order()) std::visit([this](auto& each) { perform(each); }, *order);
  }

private:
  void perform(const peer::stem_order::verify& order) {
    ++verifications;
    if (silent) return;
    const bool valid = std::ranges::find(invalid, order.tx) == invalid.end();
    pool.verified(now, order.tx->kernel_id(0), order.before, valid);
  }
  void perform(const peer::stem_order::send& order) { sent.emplace_back(order.tx, order.to); }
  void perform(const peer::stem_order::aggregate& order) { to_aggregate.push_back(order.held); }
  void perform(const peer::stem_order::fluff& order) { fluffed.emplace_back(order.tx, order.why); }
  void perform(const peer::stem_order::keep& order) { kept.push_back(order); }
  void perform(const peer::stem_order::over& order) { over.push_back(order); }
};

}  // namespace support
