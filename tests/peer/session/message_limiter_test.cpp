// Which messages of a peer are accepted, which wait, and which are too many.
#include <doctest/doctest.h>

#include <pappus/peer/session/message_limiter.hpp>
#include <pappus/sim/world.hpp>

namespace session_message_limiter_test {

using namespace pappus;
using peer::message_limiter;

namespace {

peer::account_limits account_of_two_messages() {
  peer::account_limits limits;
  limits.messages = {1, 2};
  return limits;
}

}  // namespace

TEST_CASE("two sessions of an account share its messages, and the third message waits") {
  sim::world world{1};
  io::runtime& runtime = world.add_machine().runtime();
  peer::account account{account_of_two_messages(), runtime.now()};
  message_limiter first{runtime, account, peer::rate_limit::unlimited()};
  message_limiter second{runtime, account, peer::rate_limit::unlimited()};
  CHECK(first.may_accept());
  CHECK(first.accept());
  CHECK(second.accept());
  CHECK(first.accepted() == 1);
  CHECK_FALSE(first.may_accept());
  CHECK_FALSE(second.may_accept());
}

TEST_CASE("a message that the account has accepted already costs no second token") {
  sim::world world{1};
  io::runtime& runtime = world.add_machine().runtime();
  peer::account account{account_of_two_messages(), runtime.now()};
  message_limiter messages{runtime, account, peer::rate_limit::unlimited()};
  CHECK(account.messages.try_consume(runtime.now()));
  CHECK(account.messages.try_consume(runtime.now()));
  CHECK_FALSE(messages.may_accept());
  messages.add_account_token();
  CHECK(messages.may_accept());
  CHECK(messages.accept());
  CHECK_FALSE(messages.may_accept());  // the token was for one message
}

TEST_CASE("more messages than the session's own limit are too many") {
  sim::world world{1};
  io::runtime& runtime = world.add_machine().runtime();
  peer::account account{{}, runtime.now()};
  message_limiter messages{runtime, account, {1, 2}};
  CHECK(messages.accept());
  CHECK(messages.accept());
  CHECK(messages.may_accept());  // the account would
  CHECK_FALSE(messages.accept());
  CHECK(messages.accepted() == 3);
}

}  // namespace session_message_limiter_test
