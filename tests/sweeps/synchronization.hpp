// A node that downloads a state and a chain from others, and follows them to another branch of it.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include <support/grin_data.hpp>

#include <pappus/integration/bridge/state_import.hpp>

#include "scenario.hpp"

namespace sweeps {

/// The segments of a state: one of each kind.
class state_segments {
public:
  explicit state_segments(const wire::hash& block)
      : all_{support::grin_message<wire::messages::output_bitmap_segment>("mixed"),
             support::grin_message<wire::messages::output_segment>("whole"),
             support::grin_message<wire::messages::range_proof_segment>("last"),
             support::grin_message<wire::messages::kernel_segment>("whole")} {
    for (integration::any_segment& each : all_) std::visit([&](auto& segment) { segment.block = block; }, each);
  }

  [[nodiscard]] const std::vector<integration::any_segment>& all() const noexcept { return all_; }

  [[nodiscard]] static integration::segment_name name_of(const integration::any_segment& which) {
    const auto id = std::visit([](const auto& segment) { return segment.segment.id(); }, which);
    return {static_cast<wire::messages::segment_type>(which.index()), id};
  }

  template <class Request, class Response>
  void serve(integration::request_handler<std::optional<Response>(const Request&)>& with) const {
    with = [this](const Request& request) -> std::optional<Response> {
      for (const integration::any_segment& each : all_) {
        const auto* const found = std::get_if<Response>(&each);
        if (found != nullptr && found->block == request.block && found->segment.id() == request.id) return *found;
      }
      return std::nullopt;
    };
  }

private:
  std::vector<integration::any_segment> all_;
};

/// The second and the third have the chain, and serve the state; the first has only the genesis, and needs that state.
class synchronization final : public scenario {
public:
  synchronization() {
    whole_node::options fresh;
    fresh.alter = [this](integration::adapter& functions) { import_state(functions); };
    add("sync-0", std::move(fresh));
    whole_node::options full;
    full.blocks = whole_node::chain().size();
    full.alter = [this](integration::adapter& functions) {
      segments_.serve(functions.get_output_bitmap_segment);
      segments_.serve(functions.get_output_segment);
      segments_.serve(functions.get_range_proof_segment);
      segments_.serve(functions.get_kernel_segment);
    };
    add("sync-1", full);
    add("sync-2", full);
  }

  void play() override {
    for (const auto& each : nodes) each->start();
    run_for(500ms);
    first().connect(*nodes[1]);
    nodes[2]->connect(first());
    check_purpose();
    // The second goes on from a block before the tip, farther than the first is.
    auto fork = whole_node::chain();
    fork.resize(fork.size() - 2);
    fork = chain_sync_test::extended(fork, 5, 5'000'000);
    for (const wire::block_ptr& each : fork) {
      nodes[1]->application().import(std::vector{each->header()});
      nodes[1]->application().import(each);
    }
    run_until_first_has(fork.back()->hash());
    end();
  }

private:
  static constexpr std::size_t state_height = 20;

  void check_purpose() override { run_until_first_has(whole_node::chain().back()->hash()); }

  void run_until_first_has(const wire::hash& block) {
    for (int minutes = 0; minutes != 20 && !first().application().has(block); ++minutes) {
      for (int seconds = 0; seconds != 60 && !first().application().has(block); ++seconds) run_for(1s);
      meet();
    }
    if (!first().application().has(block)) watch.broken("the chain is not downloaded");
  }

  [[nodiscard]] static wire::hash state_block() { return whole_node::chain()[state_height]->hash(); }

  [[nodiscard]] bool needs_state() {
    return first().application().header_tip().height > state_height && !first().application().has(state_block());
  }

  void import_state(integration::adapter& functions) {
    functions.get_missing_blocks = [this, missing = functions.get_missing_blocks](
                                       const std::optional<wire::hash>& after, std::size_t count) {
      integration::missing_blocks found = missing(after, count);
      const std::uint64_t length = whole_node::chain().size();
      if (needs_state())
        found.state = integration::state_target{state_block(), state_height, true, length - 1, length + 9};
      return found;
    };
    functions.continue_state = [this](const wire::hash&, std::size_t) {
      integration::state_progress now;
      for (const integration::any_segment& each : segments_.all()) {
        if (!imported_.contains(each.index())) now.wanted.push_back(state_segments::name_of(each));
      }
      now.leaves = imported_.size();
      now.total_leaves = segments_.all().size();
      now.complete = now.wanted.empty();
      return std::optional{now};
    };
    functions.import_segment = [this](const integration::any_segment& segment) {
      return imported_.insert(segment.index()).second ? integration::import_result::accepted
                                                      : integration::import_result::known;
    };
    functions.finish_state = [this](const wire::hash& block) { return first().application().adopt_state(block); };
  }

  const state_segments segments_{state_block()};
  std::set<std::size_t> imported_;  // segments, by kind
};

}  // namespace sweeps
