// Which responses to a peer are sent at once, and in which order the others follow.
#include <chrono>
#include <cstddef>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/scope.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/peer/session/limits.hpp>
#include <pappus/peer/session/postponed_responses.hpp>
#include <pappus/sim/world.hpp>

namespace session_postponed_responses_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::postponed_responses;

namespace {

/// A thousand bytes of responses in each hundred seconds, to the account and to each of its sessions.
constexpr peer::upload_limits slow{1000, 100s, {}};

peer::account_limits slow_account() {
  peer::account_limits limits;
  limits.answers = slow;
  return limits;
}

struct uploads {
  sim::world world{1};
  io::runtime& runtime = world.add_machine().runtime();
  peer::account account{slow_account(), runtime.now()};
  peer::send_queue queue{runtime, peer::rate_limit::unlimited()};
  postponed_responses responses{runtime, account, queue, slow};
  std::vector<int> sent;

  /// Adds a request whose response has 500 bytes.
  bool add(int number) {
    return responses.add([this, number] {
      sent.push_back(number);
      responses.note_response(500);
    });
  }
};

}  // namespace

TEST_CASE("a response may be sent at once while the account's quota lasts and no other waits") {
  uploads at;
  CHECK(at.responses.may_respond());
  at.responses.note_response(1000);
  CHECK_FALSE(at.responses.may_respond());
  CHECK(at.responses.session_quota_used_up());
  at.world.run_for(10s);
  CHECK(at.responses.may_respond());
  CHECK_FALSE(at.responses.session_quota_used_up());

  CHECK(at.add(1));
  CHECK_FALSE(at.responses.may_respond());
}

TEST_CASE("what another session of the account has used up is not this session's doing") {
  uploads at;
  postponed_responses others{at.runtime, at.account, at.queue, slow};
  others.note_response(1000);
  CHECK_FALSE(at.responses.may_respond());
  CHECK_FALSE(at.responses.session_quota_used_up());
  CHECK(others.session_quota_used_up());
}

TEST_CASE("postponed responses are sent in order, as fast as the quota allows") {
  uploads at;
  at.responses.note_response(1000);
  CHECK(at.add(1));
  CHECK_FALSE(at.add(2));
  CHECK_FALSE(at.add(3));
  auto script = [](uploads* on) -> task<void> {
    auto body = [](scope& children, uploads* of) -> task<void> {
      children.spawn(of->responses.run());
      static_cast<void>(co_await io::sleep_for(of->runtime, 10s));
      CHECK(of->sent == std::vector{1});
      static_cast<void>(co_await io::sleep_for(of->runtime, 50s));
      CHECK(of->sent == std::vector{1, 2});
    };
    co_await with_scope(body, on);
    CHECK(on->sent == std::vector{1, 2, 3});
  };
  at.world.run(script(&at));
}

TEST_CASE("so many requests may wait, and no more") {
  uploads at;
  for (std::size_t i = 0; i != peer::limits::max_postponed_requests; ++i) {
    CHECK_FALSE(at.responses.full());
    static_cast<void>(at.add(static_cast<int>(i)));
  }
  CHECK(at.responses.full());
}

}  // namespace session_postponed_responses_test
