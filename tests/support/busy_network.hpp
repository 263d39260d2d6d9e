// Five nodes that use every function of their adapters, and checks of the network when one of these functions fails.
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

/// Callbacks; each must be called once.
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

/// The first node is the one under test. It has connected to two of the others, and the other two have connected to it;
/// one of these uses version 2. Those two have no other outbound peer, so they stem to it; stems of others are
/// aggregated and fluffed.
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

  /// Connects nodes that should be connected and are not.
  void meet() {
    constexpr std::array<std::pair<std::size_t, std::size_t>, 9> dials{
        {{0, 1}, {0, 2}, {3, 0}, {4, 0}, {1, 2}, {1, 3}, {1, 4}, {2, 3}, {2, 4}}};
    for (const auto& [by, to] : dials) {
      if (!(*nodes[by]).session_with(*nodes[to])) (*nodes[by])->connect(nodes[to]->endpoint(), asked.one());
    }
    world.run_for(std::chrono::seconds{2});
  }

  /// All messages, with one of the first node's peers from 1 to 3 as their source.
  void talk(std::size_t leading) {
    busy_node& first = *nodes[0];
    busy_node& other = *nodes[leading];
    spread_transactions();
    tell_of_a_block(*nodes[1]);
    if (const auto to = other.session_with(first)) ask_everything(other, *to);
    if (const auto to = first.session_with(other)) ask_everything(first, *to);
    const io::endpoint nobody{pappus::ip_address::v4(0x09090909), 1};
    first->ban(nobody, std::chrono::hours{1}, wire::reason_for_ban::manual, asked.one());
    static_cast<void>(first->unban(nobody, asked.one()));
    first->connect({pappus::ip_address::v4(0x09090909), 2}, asked.one());
    world.run_for(std::chrono::seconds{5});
    (*nodes[3])->disconnect(first.endpoint());
    world.run_for(std::chrono::seconds{45});  // stems are public by then
  }

  /// Transactions in public and on the stem, and a block.
  void tell_all() {
    nodes[0]->submit(some_transaction(++seed_));
    nodes[1]->submit(some_transaction(++seed_));
    (*nodes[0])->stem(some_transaction(++seed_), asked.one());
    tell_of_a_block(*nodes[1]);
  }

  void ask_everything(busy_node& by, std::uint64_t to) {
    using namespace wire::messages;
    by->request(to, get_block{by.block->hash()}, asked.one());
    by->request(to, get_compact_block{by.block->hash()}, asked.one());
    by->request(to, get_peer_addrs{}, asked.one());
    by->request(to, peer::headers_request{{by.block->hash()}, [](const auto&) {}}, asked.one());
    by->request(to, get_output_bitmap_segment{}, asked.one());
    by->request(to, get_output_segment{}, asked.one());
    by->request(to, get_range_proof_segment{}, asked.one());
    by->request(to, get_kernel_segment{}, asked.one());
    by->send(to, txhashset_request{});
  }

  /// Sessions that ended with an error, at either end.
  [[nodiscard]] std::uint64_t lost() {
    std::uint64_t count = 0;
    for (const auto& each : nodes) {
      const auto& ended = (*each)->statistics().connections.ended;
      count +=
          ended.total() - ended[peer::disconnect_reason::requested] - ended[peer::disconnect_reason::closed_by_peer];
    }
    return count;
  }
  /// Faults in the logs of the nodes.
  [[nodiscard]] std::size_t said() const {
    std::size_t count = 0;
    for (const auto& each : nodes) count += each->errors.size();
    return count;
  }

  /// The sessions among nodes that the first node's failure does not concern.
  [[nodiscard]] std::vector<std::optional<std::uint64_t>> others() {
    std::vector<std::optional<std::uint64_t>> found;
    for (std::size_t i = 1; i != size; ++i) {
      for (std::size_t j = 1; j != size; ++j) {
        if (i != j) found.push_back(nodes[i]->session_with(*nodes[j]));
      }
    }
    return found;
  }

  /// Whether a transaction of one node reaches the others through it.
  [[nodiscard]] bool spreads_from(std::size_t which) {
    const auto tx = some_transaction(++seed_);
    nodes[which]->submit(tx);
    world.run_for(std::chrono::seconds{20});
    for (std::size_t i = 1; i != size; ++i) {
      if (!nodes[i]->has(tx)) return false;
    }
    return true;
  }

  /// Stops all nodes; whether each ended in time and without an error.
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
