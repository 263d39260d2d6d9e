// Nodes that import a state from each other, by segments or as an archive.
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <integration/txhashset/files.hpp>
#include <support/temporary_folder.hpp>

#include "state_importer.hpp"

namespace state_import_test {

namespace {

/// An archive takes about a minute.
[[nodiscard]] sim::world_options slow_links() {
  sim::world_options options;
  options.default_link.bandwidth = 20'000;
  return options;
}

/// A fresh node to which another one sends an archive.
struct arriving_archive {
  arriving_archive() {
    state.application = &fresh.application;
    connect(fresh, full.node);
  }

  [[nodiscard]] bool begins_to_arrive() {
    return run_until(in, 60s, [&] { return fresh.sync().status.archive_bytes != 0; });
  }

  const temporary_folder folder;
  sim::world in{1, slow_links()};
  archive_server full{in, folder, state_block()};
  importer state{false};
  member fresh{in, first(1), state.adapter_functions(), storing_in(folder)};
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

TEST_CASE("the download of an archive that is not needed any more is canceled, without blame, and no file is left") {
  arriving_archive all;
  REQUIRE(all.begins_to_arrive());
  member& fresh = all.fresh;
  member other{all.in, first(length + 1)};
  all.state.is_given_up = true;
  connect(fresh, other);
  CHECK(run_until(all.in, 20s, [&] { return fresh.sync().status.archive_bytes == 0; }));
  CHECK(fresh.node.disconnected == std::vector<std::string>{"download_canceled"});
  CHECK(fresh.sync().disconnected == 0);
  CHECK(run_until_has(all.in, fresh, first(length + 1), 300s));
  CHECK(all.state.archives.empty());
  CHECK(support::things_in(all.folder.file("incoming")) == 0);
}

TEST_CASE("a node that stops while an archive arrives ends in time, and no file is left") {
  arriving_archive all;
  REQUIRE(all.begins_to_arrive());
  all.fresh.node->stop();
  all.in.run_for(3s);
  CHECK(all.fresh.node.disconnected == std::vector<std::string>{"shutting_down"});
  CHECK(support::things_in(all.folder.file("incoming")) == 0);
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
