// Hand and Shake, encoded and decoded, field by field.
#include <doctest/doctest.h>

#include <pappus/wire/messages/handshake.hpp>

#include "wire/samples.hpp"

namespace messages_handshake_test {

using namespace samples;

namespace {

messages::hand some_hand() {
  messages::hand value;
  value.version = {1000};
  value.capabilities = default_capabilities;
  value.nonce = 0x0102030405060708;
  value.total_difficulty = 9;
  value.sender = peer_address{pappus::ip_address::v4(0x7f000001), 3414};
  value.receiver =
      peer_address{pappus::ip_address::v6({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}), 13414};
  value.user_agent = "MW/Grin 5.5.0";
  value.genesis = chain_parameters_for(chain_type::mainnet).genesis;
  return value;
}

messages::shake some_shake() {
  messages::shake value;
  value.version = {3};
  value.capabilities = archive_capabilities;
  value.total_difficulty = 10;
  value.user_agent = "MW/Grin 5.5.0";
  value.genesis = chain_parameters_for(chain_type::mainnet).genesis;
  return value;
}

const std::string agent = "000000000000000d4d572f4772696e20352e352e30";
const std::string genesis = "40adad0aec27797b48840aa9e00472015c21baea118ce7a2ff1a82c0f8f5bf82";

}  // namespace

TEST_CASE("Hand is the same at every version") {
  check_message(some_hand(),
                "000003e80000005f"
                "0102030405060708"
                "0000000000000009"
                "007f0000010d56"
                "0120010db8000000000000000000000001"
                "3466" +
                    agent + genesis);
}

TEST_CASE("Shake is the same at every version") {
  check_message(some_shake(),
                "000000030000007f"
                "000000000000000a" +
                    agent + genesis);
}

TEST_CASE("unknown capabilities are dropped") {
  bytes body = *encode(some_hand(), latest_version);
  std::fill_n(body.begin() + 4, 4, std::byte{0xff});
  CHECK(decode<messages::hand>(body, speaking(1000))->capabilities == archive_capabilities);
}

TEST_CASE("a user agent that is not UTF-8, or too long, is refused") {
  bytes body = *encode(some_shake(), latest_version);
  body[24] = std::byte{0xff};
  check_refused<messages::shake>(body, speaking(1000), decode_errc::bad_utf8, "user_agent", 24);
  body[16] = std::byte{0x80};
  check_refused<messages::shake>(body, speaking(1000), decode_errc::over_limit, "user_agent", 16);

  body = *encode(some_hand(), latest_version);
  const std::size_t at = 24 + 7 + 19;
  body[at + 8] = std::byte{0xff};
  check_refused<messages::hand>(body, speaking(1000), decode_errc::bad_utf8, "user_agent", at + 8);
  body[at] = std::byte{0x80};
  check_refused<messages::hand>(body, speaking(1000), decode_errc::over_limit, "user_agent", at);
}

TEST_CASE("any version number is accepted") {
  for (const std::uint32_t version : {0u, 4u, 0xffffffffu}) {
    messages::shake value = some_shake();
    value.version = {version};
    CHECK(decode<messages::shake>(*encode(value, latest_version), speaking(1000))->version.number == version);
  }
}

}  // namespace messages_handshake_test
