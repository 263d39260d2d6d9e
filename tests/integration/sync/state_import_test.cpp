// Nodes that import a state from each other, by segments or as an archive.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
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

namespace {

constexpr std::size_t length = 150;
constexpr std::size_t state_height = 100;

[[nodiscard]] wire::hash state_block() { return main_chain()[state_height]->hash(); }

/// The segments of the state: one of each kind.
[[nodiscard]] const std::vector<any_segment>& all_segments() {
  static const std::vector<any_segment> made = [] {
    std::vector<any_segment> segments{grin_message<output_bitmap_segment>("mixed"),
                                      grin_message<output_segment>("whole"), grin_message<range_proof_segment>("last"),
                                      grin_message<kernel_segment>("whole")};
    for (any_segment& each : segments) std::visit([](auto& segment) { segment.block = state_block(); }, each);
    return segments;
  }();
  return made;
}

[[nodiscard]] segment_name name_of(const any_segment& which) {
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

void serve_segments(adapter& functions) {
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
    return application->header_tip().height > 120 && !application->has(state_block());
  }

  bool by_segments;
  chain_application* application = nullptr;
  std::set<std::size_t> imported;  // segments, by kind
  int segment_faults = 0;          // to be found
  std::vector<state_archive> archives;
};

[[nodiscard]] node_config storing_in(const temporary_folder& folder) {
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

}  // namespace

TEST_CASE("a state is imported by segments from a peer, and the blocks after it follow") {
  sim::world in{1};
  member full{in, first(length), serve_segments};
  importer state{true};
  member fresh{in, first(1), state.adapter_functions()};
  state.application = &fresh.application;
  connect(fresh, full);
  CHECK(run_until_has(in, fresh, first(length), 60s));
  in.run_for(2s);
  const auto counted = fresh.sync();
  CHECK(counted.segments_received == 4);
  CHECK(counted.segment_imports[import_result::accepted] == 4);
  CHECK(counted.state_imports[import_result::accepted] == 1);
  CHECK(counted.blocks_received == length - 1 - state_height);
  CHECK(counted.status.bytes == 0);
  CHECK(counted.status.state_height == 0);
  CHECK(counted.status.stage == sync_stage::following);
}

TEST_CASE("the peer that sends an invalid segment is banned, and others give the right one") {
  sim::world in{1};
  member liar{in, first(length), serve_segments};
  importer state{true};
  state.segment_faults = 1;
  member fresh{in, first(1), state.adapter_functions()};
  state.application = &fresh.application;
  connect(fresh, liar);
  in.run_for(20s);
  CHECK(fresh.node.disconnected == std::vector<std::string>{"banned: bad txhashset"});
  CHECK(fresh.application.tip().height == 0);
  member full{in, first(length), serve_segments};
  connect(fresh, full);
  CHECK(run_until_has(in, fresh, first(length), 60s));
  CHECK(full.node.disconnected.empty());
}

TEST_CASE("a state is imported as an archive, whose file is verified before, and removed afterwards") {
  const temporary_folder folder;
  sim::world in{1};
  archive_server full{in, folder, state_block()};
  importer state{false};
  member fresh{in, first(1), state.adapter_functions(), storing_in(folder)};
  state.application = &fresh.application;
  connect(fresh, full.node);
  CHECK(run_until_has(in, fresh, first(length), 60s));
  in.run_for(2s);
  REQUIRE(state.archives.size() == 1);
  CHECK(state.archives[0].block == state_block());
  CHECK(state.archives[0].height == state_height);
  CHECK(fresh.sync().archives_received == 1);
  CHECK(fresh.sync().blocks_received == length - 1 - state_height);
  CHECK(fresh.sync().status.archive_bytes == 0);
  CHECK(support::things_in(folder.file("incoming")) == 0);
}

TEST_CASE("the peer whose archive has files of another block is banned, and the application does not see it") {
  const temporary_folder folder;
  sim::world in{1};
  archive_server liar{in, folder, main_chain()[50]->hash()};
  importer state{false};
  member fresh{in, first(1), state.adapter_functions(), storing_in(folder)};
  state.application = &fresh.application;
  connect(fresh, liar.node);
  in.run_for(30s);
  CHECK(fresh.node.disconnected == std::vector<std::string>{"banned: bad txhashset"});
  CHECK(state.archives.empty());
  CHECK(support::things_in(folder.file("incoming")) == 0);
}

TEST_CASE("a peer that leaves while its archive arrives is replaced by another, and no file is left") {
  const temporary_folder folder;
  sim::world in{1};
  archive_server one{in, folder, state_block()};
  importer state{false};
  member fresh{in, first(1), state.adapter_functions(), storing_in(folder)};
  state.application = &fresh.application;
  connect(fresh, one.node);
  while (fresh.sync().status.archive_bytes == 0) in.run_for(1ms);
  one.node.node->disconnect(io::endpoint_range{fresh.node.endpoint().address});
  const temporary_folder other;
  archive_server two{in, other, state_block()};
  connect(fresh, two.node);
  CHECK(run_until_has(in, fresh, first(length), 300s));
  in.run_for(2s);
  CHECK(support::things_in(folder.file("incoming")) == 0);
}

TEST_CASE("without a folder for archives none is requested, and nothing is imported before a state") {
  sim::world in{1};
  int requests = 0;
  member full{in, first(length), [&](adapter& functions) {
                functions.txhashset_read = [&requests](const txhashset_request&) {
                  ++requests;
                  return std::optional<peer::archive>{};
                };
              }};
  importer state{false};
  std::vector<std::string> warnings;
  member fresh{in, first(1), [&](adapter& functions) {
                 state.adapter_functions()(functions);
                 functions.log = [&warnings](const peer::log_line& line) {
                   if (line.category == peer::log_category::sync) warnings.push_back(line.text);
                 };
               }};
  state.application = &fresh.application;
  connect(fresh, full);
  in.run_for(10min);
  CHECK(requests == 0);
  REQUIRE_FALSE(warnings.empty());
  CHECK(warnings[0].starts_with("the chain needs the state at height 100, which cannot be imported"));
  CHECK(fresh.application.tip().height == 0);
  CHECK(full.node.disconnected.empty());
}

}  // namespace state_import_test
