// How many messages of each custom type one peer may send.
#include <chrono>
#include <cstdint>

#include <doctest/doctest.h>

#include <pappus/peer/session/custom_message_limits.hpp>

namespace session_custom_message_limits_test {

using namespace pappus;
using namespace std::chrono_literals;

namespace {

constexpr io::time_point start{};

peer::custom_message message_type(std::uint8_t code, peer::rate_limit limit) {
  peer::custom_message type;
  type.code = code;
  type.limit = limit;
  return type;
}

}  // namespace

TEST_CASE("each message type has tokens of its own, which come back with time") {
  const auto first = message_type(100, {1, 2});
  const auto second = message_type(101, {1, 1});
  peer::custom_message_limits limits;
  CHECK(limits.try_consume(first, start));
  CHECK(limits.try_consume(first, start));
  CHECK_FALSE(limits.try_consume(first, start));
  CHECK(limits.try_consume(second, start));
  CHECK_FALSE(limits.try_consume(second, start));
  CHECK(limits.try_consume(first, start + 1s));
  CHECK_FALSE(limits.try_consume(first, start + 1s));
}

TEST_CASE("a type that is given another limit starts anew, the others do not") {
  const auto other = message_type(101, {1, 1});
  peer::custom_message_limits limits;
  CHECK(limits.try_consume(message_type(100, {1, 1}), start));
  CHECK(limits.try_consume(other, start));
  CHECK(limits.try_consume(message_type(100, {1, 2}), start));
  CHECK(limits.try_consume(message_type(100, {1, 2}), start));
  CHECK_FALSE(limits.try_consume(message_type(100, {1, 2}), start));
  CHECK_FALSE(limits.try_consume(other, start));
}

}  // namespace session_custom_message_limits_test
