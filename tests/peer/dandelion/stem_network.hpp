// Nodes of a simulated network that stem transactions to each other.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <support/simulated_node.hpp>

#include <pappus/sim/world.hpp>

namespace support {

/// Simulated nodes that connect only to the peers given to `add`.
class stem_network {
public:
  explicit stem_network(std::uint64_t seed = 1) : world{seed} {}

  simulated_node& add(const peer::dandelion_options& how, const std::vector<simulated_node*>& dials = {},
                      integration::adapter adapter = {}) {
    node_config config = simulated_config();
    config.dandelion = how;
    for (const simulated_node* const each : dials) config.preferred_peers.push_back(each->endpoint());
    nodes.push_back(std::make_unique<simulated_node>(world.add_machine(), std::move(config), std::move(adapter)));
    return *nodes.back();
  }

  /// Each node of the row connects to the next; the last has no outbound peer, so it fluffs.
  std::vector<simulated_node*> add_row(std::size_t length, const peer::dandelion_options& how) {
    std::vector<simulated_node*> row;
    for (std::size_t i = 0; i != length; ++i) {
      row.insert(row.begin(), &add(how, row.empty() ? row : std::vector{row.front()}));
    }
    world.run_for(std::chrono::minutes{1});
    return row;
  }

  sim::world world;
  std::vector<std::unique_ptr<simulated_node>> nodes;
};

/// Stems a transaction of the node's own and records the results.
struct stem_record {
  stem_record(simulated_node& of, const wire::transaction_ptr& tx) {
    of->stem(tx, [this](const auto& outcome) { stemmed = outcome; });
    of->stem_result(tx, [this](const auto& told) {
      if (told) end = *told;
    });
  }

  std::optional<result<void>> stemmed;
  std::optional<peer::stem_result> end;
};

/// An adapter that finds no transaction valid: its node relays no stem.
inline integration::adapter rejecting() {
  integration::adapter adapter;
  adapter.validate_tx = [](const auto&, peer::phase, const auto& answer) { answer(false); };
  return adapter;
}

}  // namespace support
