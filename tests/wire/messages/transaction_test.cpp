// The four transaction messages, encoded and decoded.
#include <doctest/doctest.h>

#include <pappus/wire/messages/transaction.hpp>

#include "wire/samples.hpp"

namespace messages_transaction_test {

using namespace samples;

TEST_CASE("an announcement and a request are one hash") {
  const hash kernel = chain_parameters_for(chain_type::testnet).genesis;
  check_message(messages::transaction_kernel{kernel}, to_string(kernel));
  check_message(messages::get_transaction{kernel}, to_string(kernel));
}

TEST_CASE("a stem transaction has the body of a transaction, and errors with its own name") {
  for (const std::uint32_t version : versions) {
    const bytes body = written(some_draft(), version);
    const auto stem = decode<messages::stem_transaction>(body, speaking(version));
    const auto full = decode<messages::transaction>(body, speaking(version));
    REQUIRE(stem.has_value());
    REQUIRE(full.has_value());
    CHECK(to_hex(*encode(*stem, {version})) == to_hex(body));
    CHECK(to_hex(*encode(*full, {version})) == to_hex(body));
    check_truncations<messages::stem_transaction>(body, speaking(version));
  }
}

}  // namespace messages_transaction_test
