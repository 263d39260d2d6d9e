// Nodes that synchronize their chains with each other over a simulated network.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/simulated_node.hpp>

#include <pappus/integration/bridge/responder.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/statistics.hpp>

#include "member.hpp"

namespace chain_sync_test {

using namespace std::chrono_literals;
using integration::responder;
using integration::sync_stage;
using support::simulated_node;

TEST_CASE("a node with nothing but the genesis downloads all headers and blocks of its peer") {
  sim::world in{1};
  member full{in, main_chain()};
  member fresh{in, first(1)};
  connect(fresh, full);
  CHECK(run_until_has(in, fresh, main_chain(), 200s));
  in.run_for(2s);
  CHECK(fresh.application.tip() == full.application.tip());
  CHECK(fresh.application.header_tip() == full.application.header_tip());
  const auto counted = fresh.sync();
  CHECK(counted.status.stage == sync_stage::following);
  CHECK(counted.headers_received == 700);
  CHECK(counted.blocks_received == 700);
  CHECK(counted.block_imports[import_result::accepted] == 700);
  CHECK(counted.status.bytes == 0);
  CHECK(fresh.node->statistics().memory.used < 100'000);
  CHECK(full.sync().headers_received == 0);
  CHECK(full.node.disconnected.empty());
}

TEST_CASE("a new peer with more work is asked for headers as soon as its session has started") {
  sim::world in{1};
  member full{in, main_chain()};
  member fresh{in, first(1)};
  in.run_for(10s);
  connect(fresh, full);
  while (fresh.node->peers().empty()) in.run_for(1ms);
  in.run_for(500ms);
  CHECK(fresh.sync().headers_received == 700);
}

TEST_CASE("results that the application gives later synchronize as well") {
  sim::world in{1};
  member full{in, main_chain()};
  chain_application* application = nullptr;
  io::runtime* clock = nullptr;
  std::vector<std::unique_ptr<io::timer>> timers;
  const auto later = [&](auto run) {
    timers.push_back(std::make_unique<io::timer>(*clock));
    timers.back()->start_once(30ms, std::move(run));
  };
  member fresh{in, first(1), [&](integration::adapter& functions) {
                 functions.get_locator = [&](responder<std::vector<wire::hash>> done) {
                   later([&application, done] { done(application->locator()); });
                 };
                 functions.import_headers = [&](const integration::headers_ptr& batch, responder<import_result> done) {
                   later([&application, batch, done] { done(application->import(*batch)); });
                 };
                 functions.import_block = [&](const wire::block_ptr& block, responder<import_result> done) {
                   later([&application, block, done] { done(application->import(block)); });
                 };
               }};
  application = &fresh.application;
  clock = &fresh.node.net();
  connect(fresh, full);
  CHECK(run_until_has(in, fresh, main_chain(), 200s));
}

TEST_CASE("no headers are requested until the tip of the header chain is known") {
  sim::world in{1};
  member full{in, first(20)};
  chain_application application{first(1)};
  simulated_node fresh{in.add_machine(), support::simulated_config(), application.adapter()};
  fresh->connect(full.node.endpoint(), [](const auto& connected) { REQUIRE(connected); });
  in.run_for(30s);
  CHECK(fresh->statistics().sync.status.stage == sync_stage::waiting);
  CHECK(fresh->statistics().sync.headers_received == 0);
  application.attach(fresh.get());
  in.run_for(10s);
  CHECK(application.has(main_chain()[19]->hash()));
}

TEST_CASE("an application without the functions that synchronize is not synchronized") {
  sim::world in{1};
  member full{in, first(20)};
  chain_application application{first(1)};
  simulated_node fresh{in.add_machine(), support::simulated_config(), application.server()};
  application.attach(fresh.get());
  fresh->connect(full.node.endpoint(), [](const auto& connected) { REQUIRE(connected); });
  in.run_for(60s);
  CHECK(fresh->statistics().sync.status.stage == sync_stage::waiting);
  CHECK(application.header_tip().height == 0);
}

TEST_CASE("the peer of a block that is invalid is disconnected, and another gives the right one") {
  sim::world in{1};
  member full{in, first(100)};
  // It has the block 50 with another body: the hash covers the header alone.
  const wire::block_ptr right = main_chain()[50];
  wire::block_ptr wrong;
  {
    wire::bytes body = samples::written(samples::some_draft(77'777), 1000);
    const auto head = right->header().raw_bytes().view();
    wire::bytes whole{head.begin(), head.end()};
    whole.insert(whole.end(), body.begin() + wire::kernel_offset::size, body.end());
    wrong = support::read_made_up<wire::messages::block>(whole, 1000).value;
  }
  REQUIRE(wrong->hash() == right->hash());
  member liar{in, first(100), [&](integration::adapter& functions) {
                functions.get_block = [&, get = functions.get_block](const wire::hash& id) {
                  return id == right->hash() ? wrong : get(id);
                };
              }};
  member fresh{in, first(1), [&](integration::adapter& functions) {
                 functions.import_block = [&, import = functions.import_block](const wire::block_ptr& block) {
                   return block->kernel_hash(0) == wrong->kernel_hash(0) ? import_result::invalid : import(block);
                 };
               }};
  connect(fresh, liar);
  in.run_for(60s);
  CHECK(fresh.node.disconnected == std::vector<std::string>{"banned: bad block"});
  CHECK(fresh.application.tip().height == 49);
  connect(fresh, full);
  CHECK(run_until_has(in, fresh, first(100), 100s));
  CHECK(full.node.disconnected.empty());
}

TEST_CASE("an exception of the application is a failure of its own: it is called again, and no peer is blamed") {
  sim::world in{1};
  member full{in, first(30)};
  int calls = 0;
  member fresh{in, first(1), [&calls](integration::adapter& functions) {
                 functions.import_headers = [&calls,
                                             import = functions.import_headers](const integration::headers_ptr& batch) {
                   if (++calls == 1) throw std::runtime_error{"no disk"};
                   return import(batch);
                 };
               }};
  connect(fresh, full);
  CHECK(run_until_has(in, fresh, first(30), 60s));
  CHECK(calls >= 2);
  CHECK(fresh.sync().header_imports[import_result::failed] == 1);
  CHECK(fresh.node.disconnected.empty());
}

TEST_CASE("a peer that leaves in the middle is replaced by another") {
  sim::world in{1};
  member one{in, main_chain()};
  member two{in, main_chain()};
  member fresh{in, first(1)};
  connect(fresh, one);
  REQUIRE(run_until(in, 100s, [&] { return fresh.application.tip().height > 100; }));
  connect(fresh, two);
  one.node->disconnect(io::endpoint_range{fresh.node.endpoint().address});
  CHECK(run_until_has(in, fresh, main_chain(), 200s));
}

TEST_CASE("after a reorganization the node follows the chain with more work") {
  sim::world in{1};
  const auto other = extended(first(60), 20, 1'000'000);
  member full{in, first(70)};
  member fresh{in, first(1)};
  connect(fresh, full);
  REQUIRE(run_until_has(in, fresh, first(70), 60s));
  for (const auto& each : other) {
    full.application.import({each->header()});
    full.application.import(each);
  }
  CHECK(run_until_has(in, fresh, other, 60s));
  CHECK(fresh.application.tip() == tip_of(other.back()->header()));
}

TEST_CASE("a block is downloaded at once when the application has its header, announced by a peer") {
  sim::world in{1};
  member full{in, first(10)};
  member fresh{in, first(10), [](integration::adapter& functions) {
                 functions.header_received = [import = functions.import_headers](const wire::header& announced,
                                                                                 const peer::peer_info&) {
                   static_cast<void>(import(std::make_shared<std::vector<wire::header>>(1, announced)));
                   return peer::validation_result::accept;
                 };
               }};
  connect(fresh, full);
  in.run_for(15s);
  for (const std::size_t height : {10U, 11U}) {
    const wire::block_ptr next = main_chain()[height];
    full.application.import({next->header()});
    full.application.import(next);
    full.node->broadcast(next->header());
    in.run_for(600ms);
    CHECK(fresh.application.has(next->hash()));
  }
  CHECK(fresh.sync().headers_received == 0);
  CHECK(full.node->statistics().chain.requests == 2);  // for the blocks: the headers are there
}

TEST_CASE("the operator is warned once that no peer has the required work") {
  sim::world in{1};
  member small{in, first(20)};
  std::vector<std::string> warnings;
  node_config config = support::simulated_config();
  config.sync.minimum_work = 500;
  member fresh{in, first(1),
               [&warnings](integration::adapter& functions) {
                 functions.log = [&warnings](const peer::log_line& line) {
                   if (line.category == peer::log_category::sync) warnings.push_back(line.text);
                 };
               },
               config};
  in.run_for(60s);
  CHECK(warnings.empty());  // nobody is there
  connect(fresh, small);
  in.run_for(20s);
  CHECK(warnings.empty());  // others may come
  in.run_for(1h);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0] ==
        "no peer has the work that sync_options::minimum_work requires: the best claims a total difficulty of 191, and "
        "500 is required; until then no state or block is requested");
  CHECK(fresh.application.tip().height == 0);
  {
    member large{in, first(100)};
    connect(fresh, large);
    CHECK(run_until_has(in, fresh, first(100), 100s));
  }
  in.run_for(1h);
  CHECK(warnings.size() == 1);
}

TEST_CASE("the application is told how far it is, at most once a second") {
  sim::world in{1};
  member full{in, main_chain()};
  std::vector<integration::sync_status> told;
  member fresh{in, first(1), [&told](integration::adapter& functions) {
                 functions.sync_progressed = [&told](const integration::sync_status& now) { told.push_back(now); };
               }};
  connect(fresh, full);
  in.run_for(200s);
  REQUIRE(told.size() > 10);
  CHECK(told.size() <= 201);
  CHECK(told.back().stage == sync_stage::following);
  CHECK(told.back().body.height == 700);
  const std::size_t settled = told.size();
  in.run_for(60s);
  CHECK(told.size() == settled);
}

}  // namespace chain_sync_test
