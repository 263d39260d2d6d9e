// Five nodes that talk about everything there is to talk about, so that each function of their hosts is called, and
// what must be true of such a network whatever one of these functions does.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <support/busy_node.hpp>
#include <support/made_up.hpp>
#include <support/simulated_node.hpp>

#include <pappus/sim/world.hpp>

namespace support {

/// Callbacks of which each must be called once.
class completions {
public:
  [[nodiscard]] auto one() {
    counts_.push_back(0);
    return [count = &counts_.back()](const auto&...) { ++*count; };
  }
  [[nodiscard]] bool all_once() const {
    for (const int each : counts_) {
      if (each != 1) return false;
    }
    return true;
  }
  [[nodiscard]] std::size_t size() const noexcept { return counts_.size(); }

private:
  std::deque<int> counts_;
};

/// The first is the one that things are done to. It has dialled two of the others and was dialled by the other two, one
/// of which speaks version 2. Those two have no other outbound peer, so they stem to it; whatever others stem is held
/// and made public.
class busy_network {
public:
  static constexpr std::size_t size = 5;

  explicit busy_network(const fuse& of_first = {}) {
    for (std::size_t i = 0; i != size; ++i) {
      sim::machine& at = world.add_machine();
      node_config config = simulated_config();
      config.advertise = io::endpoint{at.address(), port};
      config.log_level = peer::log_level::debug;
      config.dandelion.stem_probability = 0;
      if (i == 4) config.protocol_version = {2};
      nodes.push_back(std::make_unique<busy_node>(at, std::move(config)));
    }
    nodes[0]->blows = of_first;
    world.run_for(std::chrono::seconds{1});
    meet();
  }
  busy_network(const busy_network&) = delete;
  busy_network& operator=(const busy_network&) = delete;
  ~busy_network() { static_cast<void>(stop()); }

  /// Dials whom one should be connected to and is not.
  void meet() {
    constexpr std::array<std::pair<std::size_t, std::size_t>, 9> dials{
        {{0, 1}, {0, 2}, {3, 0}, {4, 0}, {1, 2}, {1, 3}, {1, 4}, {2, 3}, {2, 4}}};
    for (const auto& [by, whom] : dials) {
      if (!(*nodes[by]).session_with(*nodes[whom])) (*nodes[by])->connect(nodes[whom]->endpoint(), asked.one());
    }
    world.run_for(std::chrono::seconds{2});
  }

  /// All that there is to talk about, with one of the first's peers from 1 to 3 in the leading role.
  void talk(std::size_t leading) {
    busy_node& first = *nodes[0];
    busy_node& other = *nodes[leading];
    spread_transactions();
    tell_of_a_block(*nodes[1]);
    if (const auto whom = other.session_with(first)) ask_everything(other, *whom);
    if (const auto whom = first.session_with(other)) ask_everything(first, *whom);
    const io::endpoint nobody{io::ipv4_address{0x09090909}, 1};
    first->ban(nobody, std::chrono::hours{1}, wire::reason_for_ban::manual, asked.one());
    static_cast<void>(first->unban(nobody, asked.one()));
    first->connect({io::ipv4_address{0x09090909}, 2}, asked.one());
    world.run_for(std::chrono::seconds{5});
    (*nodes[3])->disconnect(first.endpoint());
    world.run_for(std::chrono::seconds{45});  // what is held is public by then
  }

  /// Transactions in public and on the stem, and a block.
  void tell_all() {
    nodes[0]->submit(some_transaction(++seed_));
    nodes[1]->submit(some_transaction(++seed_));
    (*nodes[0])->stem(some_transaction(++seed_), asked.one());
    tell_of_a_block(*nodes[1]);
  }

  void ask_everything(busy_node& by, std::uint64_t whom) {
    using namespace wire::messages;
    by->request(whom, get_block{by.block->hash()}, asked.one());
    by->request(whom, get_compact_block{by.block->hash()}, asked.one());
    by->request(whom, get_peer_addrs{}, asked.one());
    by->request(whom, peer::headers_request{{by.block->hash()}, [](const auto&) {}}, asked.one());
    by->request(whom, get_output_bitmap_segment{}, asked.one());
    by->request(whom, get_output_segment{}, asked.one());
    by->request(whom, get_range_proof_segment{}, asked.one());
    by->request(whom, get_kernel_segment{}, asked.one());
    by->send(whom, txhashset_request{});
  }

  /// Sessions that have ended otherwise than in order, at either end.
  [[nodiscard]] std::uint64_t lost() {
    std::uint64_t count = 0;
    for (const auto& each : nodes) {
      const auto& ended = (*each)->statistics().connections.ended;
      count +=
          ended.total() - ended[peer::disconnect_reason::requested] - ended[peer::disconnect_reason::closed_by_peer];
    }
    return count;
  }
  /// Faults that the nodes' logs have been told of.
  [[nodiscard]] std::size_t said() const {
    std::size_t count = 0;
    for (const auto& each : nodes) count += each->errors.size();
    return count;
  }

  /// The sessions that those have with each other who have nothing to do with what happens to the first.
  [[nodiscard]] std::vector<std::optional<std::uint64_t>> others() {
    std::vector<std::optional<std::uint64_t>> found;
    for (std::size_t i = 1; i != size; ++i) {
      for (std::size_t j = 1; j != size; ++j) {
        if (i != j) found.push_back(nodes[i]->session_with(*nodes[j]));
      }
    }
    return found;
  }

  /// Whether a transaction of one reaches the others from it on.
  [[nodiscard]] bool spreads_from(std::size_t which) {
    const auto tx = some_transaction(++seed_);
    nodes[which]->submit(tx);
    world.run_for(std::chrono::seconds{20});
    for (std::size_t i = 1; i != size; ++i) {
      if (!nodes[i]->has(tx)) return false;
    }
    return true;
  }

  /// Stops all; whether each has ended in time, and well.
  [[nodiscard]] bool stop() {
    const io::time_point stopped = world.now();
    for (const auto& each : nodes) (*each)->stop();
    world.run_for(std::chrono::minutes{1});
    for (const auto& each : nodes) {
      if (each->ended_at.value_or(io::never) > io::saturating_add(stopped, (*each)->config().shutdown_timeout))
        return false;
      if (!*each->ended) return false;
    }
    return true;
  }

  sim::world world{1};
  std::vector<std::unique_ptr<busy_node>> nodes;
  completions asked;

private:
  void spread_transactions() {
    nodes[1]->submit(some_transaction(++seed_));
    nodes[2]->submit(some_transaction(++seed_));
    nodes[0]->submit(some_transaction(++seed_));
    (*nodes[0])->stem(some_transaction(++seed_), asked.one());
    (*nodes[3])->stem(some_transaction(++seed_), asked.one());
    (*nodes[4])->stem(some_transaction(++seed_, 2), asked.one());
    world.run_for(std::chrono::seconds{2});
  }

  void tell_of_a_block(busy_node& by) {
    const auto block = some_block(++seed_);
    const peer::peer_filter first = [at = nodes[0]->endpoint().address](const peer::peer_info& each) {
      return each.endpoint.address == at;
    };
    by->broadcast(some_block(++seed_)->header(), first);
    by->broadcast(compact(*some_block(++seed_)), first);
    by->broadcast(block, first);
  }

  std::uint64_t seed_ = 1000;
};

}  // namespace support
