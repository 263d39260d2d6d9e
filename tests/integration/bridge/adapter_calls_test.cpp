// Calls of the adapter: responses, timeouts and limits.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/integration/bridge/adapter_calls.hpp>
#include <pappus/integration/bridge/limits.hpp>
#include <pappus/integration/threads/limits.hpp>
#include <pappus/peer/adapter/limits.hpp>
#include <pappus/peer/session/session_registry.hpp>
#include <pappus/sim/world.hpp>

namespace bridge_adapter_calls_test {

using namespace pappus;
using namespace std::chrono_literals;
using integration::adapter_call;
using integration::responder;
using peer::adapter_method;

namespace limits = integration::limits;

namespace {

using question = integration::request_handler<int(const std::string&)>;

/// A peer with that id, at an address of its own.
peer::peer_info from(std::uint32_t number) {
  peer::peer_info made;
  made.id = number;
  made.endpoint = {pappus::ip_address::v4(0x0a000000 + number), 3414};
  return made;
}

/// Adapter calls in a world of their own; the adapter keeps its responders.
struct calls_bench {
  sim::world world{1};
  sim::runtime& net = world.add_machine().runtime();
  peer::session_registry nobody;
  std::vector<std::string> logged;
  peer::logger log{net, [this](const peer::log_line& line) { logged.push_back(line.text); }, peer::log_level::error};
  peer::exception_boundary faults{nobody, log};
  peer::memory_budget memory;
  std::shared_ptr<integration::loop_dispatcher> dispatcher =
      std::make_shared<integration::loop_dispatcher>(net, limits::max_queued_results);
  integration::adapter_calls asked{net, [this] { return dispatcher; }, faults, memory};
  std::vector<std::optional<int>> answers;
  std::vector<responder<int>> replies;  // a responder that is dropped gives no response
  question slow = [this](const std::string&, responder<int> to) { replies.push_back(std::move(to)); };

  void ask(const question& what, const adapter_call& about) {
    asked.call(
        what, about, [this](std::optional<int> answer) { answers.push_back(answer); }, std::string{"how many"});
  }
};

constexpr std::optional<int> no_result;

}  // namespace

TEST_CASE(
    "an adapter responds by returning, through its responder at once, or later; without a function there is no "
    "response") {
  calls_bench at;
  const adapter_call about{adapter_method::get_block, from(7)};
  at.ask([](const std::string& text) { return static_cast<int>(text.size()); }, about);
  CHECK(at.answers == std::vector{std::optional{8}});
  at.ask([](const std::string&, const responder<int>& to) { to(2); }, about);
  CHECK(at.answers.back() == 2);
  at.ask(question{}, about);
  CHECK(at.answers.back() == no_result);

  at.ask(at.slow, about);
  CHECK(at.answers.size() == 3);
  CHECK(at.replies[0].request().peer == 7);
  CHECK(at.replies[0].request().due == io::saturating_add(at.net.now(), limits::lookup_timeout));
  at.replies[0](4);
  CHECK(at.answers.back() == 4);
  CHECK(at.asked.statistics().pending == 0);
  CHECK(at.asked.statistics().made[adapter_method::get_block] == 3);
}

TEST_CASE("a call gets one response, the first of any copy of its responder") {
  calls_bench at;
  at.ask(at.slow, {adapter_method::get_block, from(7)});
  const responder<int> copy = at.replies[0];
  copy(1);
  copy(2);
  at.replies[0](3);
  at.replies.clear();
  CHECK(at.answers == std::vector{std::optional{1}});
}

TEST_CASE("a dropped responder completes the call at once without a response") {
  calls_bench at;
  at.ask(at.slow, {adapter_method::get_block, from(7)});
  at.replies.clear();
  CHECK(at.answers == std::vector{no_result});
  CHECK(at.asked.statistics().unanswered[adapter_method::get_block] == 1);
  CHECK(at.asked.statistics().pending == 0);
}

TEST_CASE("a call without a response in time fails, and a late response is counted and dropped") {
  calls_bench at;
  at.ask(at.slow, {adapter_method::get_block, from(7)});
  at.ask(at.slow, {adapter_method::block_received, from(7), 100});
  at.world.run_for(limits::lookup_timeout - 1s);
  CHECK(at.answers.empty());
  at.world.run_for(1s);
  CHECK(at.answers == std::vector{no_result});
  at.replies[0](5);
  CHECK(at.asked.statistics().late[adapter_method::get_block] == 1);
  CHECK(at.answers.size() == 1);
  at.world.run_for(peer::limits::validation_timeout);
  CHECK(at.answers.size() == 2);
  CHECK(at.asked.statistics().unanswered[adapter_method::block_received] == 1);
  CHECK(at.asked.statistics().bytes == 0);
}

TEST_CASE("open calls are limited by peer, in total, and in bytes") {
  calls_bench at;
  for (std::size_t i = 0; i != limits::max_adapter_calls_per_account + 5; ++i)
    at.ask(at.slow, {adapter_method::get_block, from(7)});
  CHECK(at.asked.statistics().pending == limits::max_adapter_calls_per_account);
  CHECK(at.asked.statistics().refused[adapter_method::get_block] == 5);
  CHECK(at.answers == std::vector(5, no_result));

  at.ask(at.slow, {adapter_method::block_received, from(8), limits::max_adapter_call_bytes_per_account});
  at.ask(at.slow, {adapter_method::block_received, from(8), 1});
  CHECK(at.asked.statistics().refused[adapter_method::block_received] == 1);
  CHECK(at.asked.statistics().bytes == limits::max_adapter_call_bytes_per_account);

  for (std::uint32_t peer = 9; peer != 1'000; ++peer) {
    at.ask(at.slow, {adapter_method::block_received, from(peer), limits::max_adapter_call_bytes_per_account});
  }
  CHECK(at.asked.statistics().bytes <= limits::max_adapter_call_bytes);
  CHECK(at.asked.statistics().bytes > limits::max_adapter_call_bytes - 3 * limits::max_adapter_call_bytes_per_account);
  for (std::uint32_t peer = 1'000; peer != 100'000; ++peer) at.ask(at.slow, {adapter_method::get_block, from(peer)});
  CHECK(at.asked.statistics().pending <= limits::max_adapter_calls);
  CHECK(at.asked.statistics().pending + 2 > limits::max_adapter_calls);
  // The node's own calls are made nevertheless.
  at.ask(at.slow, adapter_call{adapter_method::validate_tx});
  CHECK(at.asked.statistics().made[adapter_method::validate_tx] == 1);

  const std::size_t before = at.answers.size();
  const std::size_t open = at.asked.statistics().pending;
  at.replies.clear();
  CHECK(at.asked.statistics().pending == 0);
  CHECK(at.answers.size() == before + open);
}

TEST_CASE("however many peers use their limit, a peer without open calls gets several") {
  for (const std::uint32_t greedy : {2U, 16U, 136U}) {
    CAPTURE(greedy);
    calls_bench at;
    for (int round = 0; round != 200; ++round) {
      for (std::uint32_t peer = 1; peer != greedy + 1; ++peer) {
        at.ask(at.slow, {adapter_method::transaction_received, from(peer), 100'000});
        at.ask(at.slow, {adapter_method::get_block, from(peer)});
      }
    }
    const std::size_t refused = at.asked.statistics().refused.total();
    CHECK(refused > 0);
    for (int n = 0; n != 8; ++n) at.ask(at.slow, {adapter_method::transaction_received, from(1000), 20'000});
    CHECK(at.asked.statistics().refused.total() == refused);
  }
}

TEST_CASE("a peer that connects again from the same address keeps its open calls") {
  calls_bench at;
  for (std::size_t i = 0; i != limits::max_adapter_calls_per_account; ++i)
    at.ask(at.slow, {adapter_method::get_block, from(7)});
  peer::peer_info again = from(7);
  again.id = 8;
  again.endpoint.port = 1234;
  at.ask(at.slow, {adapter_method::get_block, again});
  CHECK(at.asked.statistics().refused[adapter_method::get_block] == 1);
}

TEST_CASE("a call that waits for another's response counts, too, and is released") {
  calls_bench at;
  {
    auto place =
        at.asked.reserve({adapter_method::block_received, from(7), limits::max_adapter_call_bytes_per_account});
    REQUIRE(place);
    CHECK_FALSE(at.asked.reserve({adapter_method::block_received, from(7), 1}));
    CHECK(at.asked.reserve({adapter_method::block_received, from(8), 1}));
    const auto moved = *std::move(place);
    CHECK(at.asked.statistics().pending == 1);
  }
  CHECK(at.asked.statistics().pending == 0);
  CHECK(at.asked.statistics().bytes == 0);
}

TEST_CASE("above the memory limit only the node's own calls are made, whatever the form of the adapter's functions") {
  calls_bench at;
  peer::memory_budget::reservation held{at.memory};
  held.set(at.memory.cap() + 1);
  int calls = 0;
  const question immediate = [&calls](const std::string&) { return ++calls; };
  at.ask(immediate, {adapter_method::get_block, from(7)});
  at.ask(at.slow, {adapter_method::get_block, from(7)});
  CHECK(at.answers == std::vector(2, no_result));
  CHECK(at.replies.empty());
  CHECK(at.asked.statistics().refused[adapter_method::get_block] == 2);
  at.ask(immediate, adapter_call{adapter_method::validate_tx});
  CHECK(at.answers.back() == 1);
  held.set(at.memory.cap());
  at.ask(immediate, {adapter_method::get_block, from(7)});
  CHECK(at.answers.back() == 2);
}

TEST_CASE("after close no open call completes") {
  calls_bench at;
  at.ask(at.slow, {adapter_method::get_block, from(7)});
  at.asked.close();
  at.replies[0](1);
  at.world.run_for(peer::limits::validation_timeout);
  CHECK(at.answers.empty());
}

TEST_CASE("a call made by the completion of another during close is dropped") {
  calls_bench at;
  const adapter_call about{adapter_method::get_block, from(7)};
  bool asked_again = false;
  {
    const std::shared_ptr<void> last_words{nullptr, [&](void*) {
                                             asked_again = true;
                                             at.ask(at.slow, about);
                                           }};
    at.asked.call(
        at.slow, about, [last_words](std::optional<int>) {}, std::string{});
  }
  at.asked.close();
  CHECK(asked_again);
  at.ask(at.slow, about);
  CHECK(at.replies.size() == 1);  // the adapter is not called any more
  CHECK(at.asked.statistics().pending == 0);
  at.world.run_for(peer::limits::validation_timeout);
  CHECK(at.answers.empty());
}

TEST_CASE("an exception of the adapter counts as no response, is logged, and the next call is made") {
  calls_bench at;
  const adapter_call about{adapter_method::get_block, from(7)};
  at.ask([](const std::string&) -> int { throw std::runtime_error{"at once"}; }, about);
  CHECK(at.answers == std::vector{no_result});
  at.ask([](const std::string&, const responder<int>&) { throw std::runtime_error{"through its reply"}; }, about);
  CHECK(at.answers == std::vector(2, no_result));
  at.ask(
      [&at](const std::string&, responder<int> to) {
        at.replies.push_back(std::move(to));
        throw 7;
      },
      about);
  CHECK(at.answers == std::vector(3, no_result));
  at.replies[0](8);  // was stopped
  at.ask(at.slow, about);
  at.replies[1].fail(std::make_exception_ptr(std::runtime_error{"elsewhere"}));
  at.replies[1](9);
  CHECK(at.answers == std::vector(4, no_result));
  CHECK(at.logged == std::vector<std::string>{
                         "for peer 7, get_block: at once", "for peer 7, get_block: through its reply",
                         "for peer 7, get_block: an exception of an unknown type", "for peer 7, get_block: elsewhere"});
  at.ask([](const std::string& text) { return static_cast<int>(text.size()); }, about);
  CHECK(at.answers.back() == 8);
  CHECK(at.faults.exceptions() == 4);
  CHECK(at.asked.statistics().unanswered[adapter_method::get_block] == 4);
  CHECK(at.asked.statistics().late[adapter_method::get_block] == 1);  // and one has a second response
  CHECK(at.asked.statistics().pending == 0);
}

TEST_CASE("an exception of a completion handler is logged and affects no other call") {
  calls_bench at;
  std::size_t told = 0;
  const auto follow = [&told](std::optional<int>) {
    ++told;
    throw std::runtime_error{"what follows"};
  };
  const adapter_call about{adapter_method::get_block, from(7)};
  at.asked.call(at.slow, about, follow, std::string{});
  at.asked.call(at.slow, about, follow, std::string{});
  at.asked.call(at.slow, about, follow, std::string{});
  at.replies[0](1);
  at.replies.erase(at.replies.begin(), at.replies.begin() + 2);
  at.world.run_for(limits::lookup_timeout);
  CHECK(told == 3);
  CHECK(at.logged == std::vector<std::string>(3, "for peer 7, get_block: what follows"));
}

}  // namespace bridge_adapter_calls_test
