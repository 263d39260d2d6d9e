// Nodes that give and import a state, by segments or as an archive.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <doctest/doctest.h>
#include <integration/txhashset/files.hpp>
#include <support/grin_data.hpp>
#include <support/temporary_folder.hpp>

#include <pappus/integration/txhashset/service.hpp>

#include "member.hpp"

namespace state_import_test {

using namespace chain_sync_test;
using namespace integration;
using namespace wire::messages;
using support::grin_message;
using support::temporary_folder;

inline constexpr std::size_t length = 150;
inline constexpr std::size_t state_height = 100;

[[nodiscard]] inline wire::hash state_block() { return main_chain()[state_height]->hash(); }

/// The segments of the state: one of each kind.
[[nodiscard]] inline const std::vector<any_segment>& all_segments() {
  static const std::vector<any_segment> made = [] {
    std::vector<any_segment> segments{grin_message<output_bitmap_segment>("mixed"),
                                      grin_message<output_segment>("whole"), grin_message<range_proof_segment>("last"),
                                      grin_message<kernel_segment>("whole")};
    for (any_segment& each : segments) std::visit([](auto& segment) { segment.block = state_block(); }, each);
    return segments;
  }();
  return made;
}

[[nodiscard]] inline segment_name name_of(const any_segment& which) {
  const auto id = std::visit([](const auto& segment) { return segment.segment.id(); }, which);
  return {static_cast<segment_type>(which.index()), id};
}

template <class Request, class Response>
void serve(request_handler<std::optional<Response>(const Request&)>& with) {
  with = [](const Request& request) -> std::optional<Response> {
    for (const any_segment& each : all_segments()) {
      const auto* const found = std::get_if<Response>(&each);
      if (found != nullptr && found->block == request.block && found->segment.id() == request.id) return *found;
    }
    return std::nullopt;
  };
}

inline void serve_segments(adapter& functions) {
  serve(functions.get_output_bitmap_segment);
  serve(functions.get_output_segment);
  serve(functions.get_range_proof_segment);
  serve(functions.get_kernel_segment);
}

/// Imports a state before any block. Must outlive the node that has its adapter.
struct importer {
  explicit importer(bool segments) : by_segments(segments) {}

  [[nodiscard]] std::function<void(adapter&)> adapter_functions() {
    return [this](adapter& functions) {
      functions.get_missing_blocks = [this, missing = functions.get_missing_blocks](
                                         const std::optional<wire::hash>& after, std::size_t count) {
        missing_blocks found = missing(after, count);
        if (needs_state())
          found.state = state_target{state_block(), state_height, by_segments, length - 1, length + 50};
        return found;
      };
      functions.continue_state = [this](const wire::hash& block, std::size_t) {
        REQUIRE(block == state_block());
        state_progress now;
        for (const any_segment& each : all_segments()) {
          if (!imported.contains(each.index())) now.wanted.push_back(name_of(each));
        }
        now.leaves = imported.size();
        now.total_leaves = all_segments().size();
        now.complete = now.wanted.empty();
        return std::optional{now};
      };
      functions.import_segment = [this](const any_segment& segment) {
        const any_segment& right = all_segments()[segment.index()];
        if (segment_faults-- > 0) return import_result::invalid;
        CHECK(name_of(segment) == name_of(right));
        return imported.insert(segment.index()).second ? import_result::accepted : import_result::known;
      };
      functions.finish_state = [this](const wire::hash& block) { return application->adopt_state(block); };
      functions.import_archive = [this](const state_archive& archive) {
        archives.push_back(archive);
        CHECK(std::filesystem::exists(archive.path));
        return application->adopt_state(archive.block);
      };
    };
  }

  [[nodiscard]] bool needs_state() const {
    return !is_given_up && application->header_tip().height > 120 && !application->has(state_block());
  }

  bool by_segments;
  chain_application* application = nullptr;
  std::set<std::size_t> imported;  // segments, by kind
  int segment_faults = 0;          // to be found
  bool is_given_up = false;        // no state is needed any more
  std::vector<state_archive> archives;
};

[[nodiscard]] inline node_config storing_in(const temporary_folder& folder) {
  node_config config = support::simulated_config();
  config.archive_folder = folder.file("incoming");
  config.sync.max_archive_bytes = 10'000'000;
  return config;
}

/// Serves an archive of the state, with the files of the block `of`.
struct archive_server {
  archive_server(sim::world& in, const temporary_folder& folder, const wire::hash& of)
      : files(folder, 100'000, of), node(in, first(length), [this](adapter& functions) {
          functions.txhashset_read = [this](const txhashset_request&) {
            std::optional<peer::archive> found = service->find(files.block);
            if (found) found->description.block = state_block();
            return found;
          };
        }) {
    archive_options options;
    options.folder = folder.file("cache");
    options.min_free_space = 0;
    service.emplace(node.node.net(), options);
    archive_job job;
    job.block = files.block;
    job.height = state_height;
    job.files = [this] { return files.listed; };
    service->open(job, [](const auto& opened) { REQUIRE(opened.has_value()); });
    in.run_for(5s);
  }

  support::chain_files files;
  member node;
  std::optional<archive_service> service;
};

}  // namespace state_import_test
