// A node that packs a state into an archive and serves it, and one that downloads it.
#pragma once

#include <cstddef>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <integration/txhashset/files.hpp>
#include <support/temporary_folder.hpp>

#include <pappus/integration/txhashset/service.hpp>

#include "scenario.hpp"

namespace sweeps {

/// The second serves; the first has only the genesis.
class archive final : public scenario {
public:
  archive() {
    whole_node::options fresh;
    fresh.configure = [this](node_config& settings) {
      settings.archive_folder = folder_.file("incoming");
      settings.sync.max_archive_bytes = 10'000'000;
    };
    fresh.alter = [this](integration::adapter& functions) { import_archive(functions); };
    add("archive-0", std::move(fresh));
    whole_node::options full;
    full.configure = [](node_config& settings) { settings.upload_limits.archive = {}; };
    full.blocks = whole_node::chain().size();
    full.alter = [this](integration::adapter& functions) {
      functions.txhashset_read = [this](const wire::messages::txhashset_request&) {
        return service_ ? service_->find(files_.block) : std::nullopt;
      };
    };
    add("archive-1", std::move(full));
  }

  void play() override {
    for (const auto& each : nodes) each->start();
    run_for(500ms);
    pack();
    run_for(2s);
    first().connect(*nodes[1]);
    check_purpose();
    end();
    if (support::things_in(folder_.file("incoming")) != 0) watch.broken("files of an archive are left");
  }

private:
  static constexpr std::size_t state_height = 20;

  void check_purpose() override {
    const wire::hash tip = whole_node::chain().back()->hash();
    for (int minutes = 0; minutes != 20 && !first().application().has(tip); ++minutes) {
      if (!is_packed_) pack();
      for (int seconds = 0; seconds != 60 && !first().application().has(tip); ++seconds) run_for(1s);
      meet();
    }
    if (!first().application().has(tip)) watch.broken("the chain is not downloaded");
  }

  [[nodiscard]] static wire::hash state_block() { return whole_node::chain()[state_height]->hash(); }

  void pack() {
    integration::archive_options options;
    options.folder = folder_.file("cache");
    options.min_free_space = 0;
    integration::archive_job job;
    job.block = files_.block;
    job.height = state_height;
    job.files = [this] { return files_.listed; };
    try {
      const exposed here;
      service_.emplace(nodes[1]->machine().runtime(), options);
      service_->open(job, [this](const auto& opened) { is_packed_ = opened.has_value(); });
    } catch (const std::bad_alloc&) {
      service_.reset();
    }
  }

  [[nodiscard]] bool needs_state() {
    return first().application().header_tip().height > state_height && !first().application().has(state_block());
  }

  void import_archive(integration::adapter& functions) {
    functions.get_missing_blocks = [this, missing = functions.get_missing_blocks](
                                       const std::optional<wire::hash>& after, std::size_t count) {
      integration::missing_blocks found = missing(after, count);
      const std::uint64_t length = whole_node::chain().size();
      if (needs_state())
        found.state = integration::state_target{state_block(), state_height, false, length - 1, length + 9};
      return found;
    };
    functions.import_archive = [this](const integration::state_archive& given) {
      return first().application().adopt_state(given.block);
    };
  }

  support::temporary_folder folder_;
  support::chain_files files_{folder_, 20'000, state_block()};
  std::optional<integration::archive_service> service_;
  bool is_packed_ = false;
};

}  // namespace sweeps
