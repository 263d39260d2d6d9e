// Whatever a function of the host throws ends one session at most: a table of all of them, in a network that goes on.
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/busy_network.hpp>

#include <pappus/io/timer.hpp>
#include <pappus/peer/session/exception_boundary.hpp>
#include <pappus/peer/session/limits.hpp>
#include <pappus/peer/session/session_registry.hpp>

namespace session_containment_test {

using namespace pappus;
using peer::disconnect_reason;
using support::busy_network;
using support::fuse;

namespace {

/// Fails twice, and then goes on for a while.
task<void> unsteady(io::runtime* on, std::vector<io::time_point>* begun) {
  begun->push_back(on->now());
  if (begun->size() < 3) throw std::runtime_error{"not yet"};
  static_cast<void>(co_await io::sleep_for(*on, std::chrono::minutes{1}));
}

/// What a throw may cost.
enum class costs { session, nothing, either };

struct row {
  std::string_view function;
  costs what;
  std::size_t later = 2;  // a call that is not the first, and of which there is one
};

constexpr row functions[] = {
    {"transaction_received", costs::session},
    {"get_transaction", costs::either},
    {"validate_tx", costs::either},  // of our own, or of what a peer has sent on the stem
    {"aggregate_transactions", costs::nothing},
    {"header_received", costs::session},
    {"compact_block_received", costs::session},
    {"block_received", costs::session},
    {"locate_headers", costs::session},
    {"get_block", costs::session},
    {"get_compact_block", costs::session},
    {"get_output_bitmap_segment", costs::session},
    {"get_output_segment", costs::session},
    {"get_range_proof_segment", costs::session},
    {"get_kernel_segment", costs::session},
    {"txhashset_read", costs::session},
    {"get_output_features", costs::nothing},
    {"transaction_stemmed", costs::nothing},
    {"transaction_fluffed", costs::nothing},
    {"listening", costs::nothing, 1},
    {"peer_connected", costs::session},
    {"peer_disconnected", costs::nothing},
    {"banned", costs::nothing},
    {"unbanned", costs::nothing},
    {"log", costs::nothing},
    {"trace", costs::either, 100},
};

/// Lets three peers in turn have to do with the first node; gives its statistics.
node_statistics live_with(busy_network& all) {
  for (std::size_t leading = 1; leading != 4; ++leading) {
    all.meet();
    all.talk(leading);
  }
  return (*all.nodes[0])->statistics();
}

/// Whatever the first node's host has done.
void check_the_rest(busy_network& all, const std::vector<std::optional<std::uint64_t>>& sessions) {
  CHECK(all.others() == sessions);
  CHECK(all.spreads_from(1));
  CHECK(all.spreads_from(4));
  for (std::size_t i = 1; i != busy_network::size; ++i) CHECK(all.nodes[i]->errors.empty());
  CHECK(all.stop());
  CHECK(all.asked.size() > 30);
  CHECK(all.asked.all_once());
}

}  // namespace

TEST_CASE("a host's function that throws once costs one session or none, and is said once") {
  for (const row& each : functions) {
    for (const std::size_t call : {std::size_t{1}, each.later}) {
      CAPTURE(std::string{each.function});
      CAPTURE(call);
      fuse once;
      once.function = each.function;
      once.first = once.last = call;
      busy_network all{once};
      const auto sessions = all.others();
      const node_statistics counted = live_with(all);
      const auto& first = *all.nodes[0];
      REQUIRE(first.blows.blown == 1);
      const bool is_log = each.function == "log";
      CHECK(counted.exceptions == (is_log ? 0 : 1));
      CHECK(counted.log.failures == (is_log ? 1 : 0));
      REQUIRE(first.errors.size() == (is_log ? 0 : 1));
      if (!is_log) CHECK(first.errors[0].ends_with(": boom"));
      const std::uint64_t lost = counted.connections.ended[disconnect_reason::internal_error];
      if (each.what == costs::either) CHECK(lost <= 1);
      else CHECK(lost == (each.what == costs::session ? 1 : 0));
      CHECK(all.spreads_from(0));
      check_the_rest(all, sessions);
    }
  }
}

TEST_CASE("a host's function that throws whenever it is called costs others nothing") {
  for (const row& each : functions) {
    CAPTURE(std::string{each.function});
    fuse always;
    always.function = each.function;
    always.first = 1;
    always.last = SIZE_MAX;
    busy_network all{always};
    const auto sessions = all.others();
    live_with(all);
    CHECK(all.nodes[0]->blows.blown >= 1);
    check_the_rest(all, sessions);
  }
}

TEST_CASE("a task of the node's own begins again when it has thrown, after a pause") {
  sim::world world{1};
  sim::machine& at = world.add_machine();
  peer::session_registry nobody;
  std::vector<std::string> said;
  peer::logger say{at.runtime(), [&said](const auto& line) { said.push_back(line.text); }, peer::log_level::error};
  peer::exception_boundary faults{nobody, say};
  std::vector<io::time_point> begun;
  const auto service = [&] { return unsteady(&at.runtime(), &begun); };
  world.run(faults.keep_running(at.runtime(), "a service", service));
  constexpr io::time_point start{};
  const io::duration pause = peer::limits::service_restart_delay;
  CHECK(begun == std::vector{start, start + pause, start + 2 * pause});
  CHECK(said == std::vector<std::string>(2, "a service: not yet"));
  CHECK(faults.exceptions() == 2);
}

TEST_CASE("a callback that must be called once is called by the end of its last copy if nobody else has") {
  sim::world world{1};
  peer::session_registry nobody;
  peer::logger say{world.add_machine().runtime(), {}, peer::log_level::error};
  peer::exception_boundary faults{nobody, say};
  std::vector<int> told;
  const std::function<void(int)> note = [&told](int what) {
    told.push_back(what);
    throw std::runtime_error{"noted"};
  };
  const auto otherwise = [] { return 7; };
  {
    auto once = faults.contained_once(note, "note", otherwise);
    const auto copy = once;
    copy(1);
    once(2);
  }
  CHECK(told == std::vector{1});
  {
    auto once = faults.contained_once(note, "note", otherwise);
    const auto copy = std::exchange(once, nullptr);
    CHECK(told.size() == 1);
  }
  CHECK(told == std::vector{1, 7});
  CHECK(faults.exceptions() == 2);
  CHECK_FALSE(faults.contained_once(std::function<void(int)>{}, "note", otherwise));
}

TEST_CASE("a callback that throws disconnects the peer that was asked, whether or not the peer has answered") {
  for (const bool answers : {true, false}) {
    CAPTURE(answers);
    sim::world world{1};
    support::simulated_node other{world.add_machine()};
    support::simulated_node one{world.add_machine()};
    world.run_for(std::chrono::seconds{1});
    one->connect(other.endpoint(), {});
    world.run_for(std::chrono::seconds{1});
    REQUIRE(one->peers().size() == 1);
    const std::uint64_t asked = one->peers()[0].id;
    const auto fail = [](const auto&) { throw std::runtime_error{"boom"}; };
    if (answers) one->request(asked, wire::messages::get_peer_addrs{}, fail);
    else one->request(asked, wire::messages::get_block{}, fail);
    world.run_for(std::chrono::minutes{1});
    CHECK(one.disconnected == std::vector<std::string>{"internal_error: request: boom"});
  }
}

TEST_CASE("what is asked by a function that then throws is answered once, and the node can be stopped") {
  sim::world world{1};
  support::simulated_node other{world.add_machine()};
  sim::machine& here = world.add_machine();
  std::vector<std::error_code> answers;
  std::vector<std::string> ended;
  node* self = nullptr;
  integration::adapter host;
  host.peer_connected = [&](const peer::peer_info& peer) {
    self->request(peer.id, wire::messages::get_block{}, [&](const auto& answer) { answers.push_back(answer.error()); });
    throw std::runtime_error{"no"};
  };
  host.peer_disconnected = [&](const peer::peer_info&, const peer::disconnect_info& why) {
    ended.push_back(to_string(why));
  };
  node one{here.runtime(), support::simulated_config(), host};
  self = &one;
  const auto run = [](node* what, bool* well) -> task<void> { *well = (co_await what->run()).has_value(); };
  bool well = false;
  here.runtime().spawn(run(&one, &well));
  world.run_for(std::chrono::seconds{1});
  std::size_t connected = 0;
  one.connect(other.endpoint(), [&](const auto&) {
    ++connected;
    throw std::runtime_error{"again"};
  });
  world.run_for(std::chrono::seconds{1});
  CHECK(connected == 1);
  CHECK(answers == std::vector{make_error_code(peer::request_error::disconnected)});
  CHECK(ended == std::vector<std::string>{"internal_error: peer_connected: no"});
  CHECK(one.peers().empty());
  one.stop();
  world.run_for(one.config().shutdown_timeout);
  CHECK(well);
}

}  // namespace session_containment_test
