// BanReason, decoded as leniently as by Grin.
#include <doctest/doctest.h>

#include <pappus/wire/messages/ban_reason.hpp>

#include "wire/samples.hpp"

namespace messages_ban_reason_test {

using namespace samples;

TEST_CASE("BanReason is one of eight reasons") {
  for (int number = 0; number <= 7; ++number) {
    const messages::ban_reason value{static_cast<reason_for_ban>(number)};
    const auto body = encode(value, latest_version);
    REQUIRE(body.has_value());
    CHECK(to_hex(*body) == "0000000" + std::to_string(number));
    CHECK(body->size() == value.size(latest_version));
    CHECK(decode<messages::ban_reason>(*body, speaking(1000)).value() == value);
    CHECK(to_string(value.reason) != "unknown cause");
  }
}

TEST_CASE("an unknown reason is refused") {
  for (const char* hex : {"00000008", "ffffffff", "80000000", "7fffffff"}) {
    check_refused<messages::ban_reason>(from_hex(hex), speaking(1000), decode_errc::unknown_value, "cause", 0);
  }
}

TEST_CASE("a body cut short has no reason, and surplus bytes are ignored") {
  for (const char* hex : {"", "05", "0000", "ffffff"}) {
    CHECK(decode<messages::ban_reason>(from_hex(hex), speaking(1000))->reason == reason_for_ban::none);
  }
  CHECK(decode<messages::ban_reason>(from_hex("00000005ff"), speaking(1000))->reason == reason_for_ban::manual);
}

}  // namespace messages_ban_reason_test
