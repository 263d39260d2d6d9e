// Ping and Pong, encoded and decoded.
#include <doctest/doctest.h>

#include <pappus/wire/messages/ping.hpp>

#include "wire/samples.hpp"

namespace messages_ping_test {

using namespace samples;

TEST_CASE("Ping and Pong are a difficulty and a height") {
  check_message(messages::ping{1, 2},
                "0000000000000001"
                "0000000000000002");
  check_message(messages::pong{0xffffffffffffffff, 0x8000000000000000},
                "ffffffffffffffff"
                "8000000000000000");
}

}  // namespace messages_ping_test
