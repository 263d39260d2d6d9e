// An archive from one node to another: packed, requested, sent, stored and unpacked.
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include <pappus/coro/event.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/integration/txhashset/archive_download.hpp>
#include <pappus/integration/txhashset/service.hpp>
#include <pappus/node.hpp>
#include <pappus/uv/loop.hpp>

#include "integration/txhashset/files.hpp"

namespace txhashset_nodes_threads_test {

using namespace pappus;
using namespace integration;
using support::chain_files;
using support::temporary_folder;

namespace {

node_config quiet() {
  node_config config;
  config.listen = {pappus::ip_address::v4(0x7f000001), 0};
  config.connection_limits.outbound = 0;
  return config;
}

/// Two nodes on one loop; the first has an archive.
struct pair_of_nodes {
  explicit pair_of_nodes(std::size_t size) : chain(folder, size) {
    archive_options how;
    how.folder = folder.file("cache");
    how.min_free_space = 0;
    service.emplace(loop, how);
    integration::adapter adapter;
    adapter.txhashset_read = [this](const wire::messages::txhashset_request&) { return service->find(chain.block); };
    adapter.listening = [this](io::endpoint at) {
      where = at;
      listening.set();
    };
    giving.emplace(loop, quiet(), std::move(adapter));
    asking.emplace(loop, quiet(), integration::adapter{});
  }

  temporary_folder folder;
  chain_files chain;
  uv::loop loop;
  std::optional<archive_service> service;
  std::optional<node> giving;
  std::optional<node> asking;
  io::endpoint where;
  event listening;
};

task<void> transfer(pair_of_nodes* both) {
  archive_job what;
  what.block = both->chain.block;
  what.files = [files = both->chain.listed] { return files; };
  event there;
  both->service->open(what, [&there](const auto& given) {
    CHECK(given.has_value());
    there.set();
  });
  static_cast<void>(co_await there.wait());
  static_cast<void>(co_await both->listening.wait());
  const auto met = co_await both->asking->connect(both->where);
  REQUIRE(met.has_value());

  archive_download_options how;
  how.folder = both->folder.file("incoming");
  how.max_bytes = 100'000'000;
  how.unpacked.min_free_space = 0;
  auto incoming = co_await archive_download::open(both->loop, how);
  REQUIRE(incoming.has_value());
  peer::archive_request question{{}, (*incoming)->sink(), (*incoming)->max_bytes()};
  const auto response = co_await both->asking->request(met->id, std::move(question));
  REQUIRE(response.has_value());
  CHECK(response->block == both->chain.block);
  auto unpacked = co_await (*incoming)->unpack(txhashset_names(response->block));
  REQUIRE(unpacked.has_value());
  CHECK(both->chain.are_in(unpacked->path()));
}

/// Runs both nodes until the transfer ends.
task<void> play(scope& beside, pair_of_nodes* both) {
  beside.spawn(both->giving->run());
  beside.spawn(both->asking->run());
  co_await transfer(both);
  beside.request_stop();
}

}  // namespace

TEST_CASE("a node downloads an archive from another and unpacks the same files") {
  pair_of_nodes both{2'000'000};
  both.loop.run(with_scope(play, &both));
}

}  // namespace txhashset_nodes_threads_test
