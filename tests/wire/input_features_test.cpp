// Features of inputs, added for protocol versions that need them.
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>
#include <support/grin_data.hpp>

#include <pappus/wire/input_features.hpp>

#include "wire/samples.hpp"

namespace input_features_test {

using namespace samples;
using support::grin_transaction;

TEST_CASE("with the features of its inputs a transaction is encoded as Grin writes it for older peers") {
  for (const char* name : {"two_outputs", "height_locked", "no_recent_duplicate", "three_inputs", "aggregate"}) {
    const auto lacking = grin_transaction(name, 1000);
    const std::vector plain(lacking->inputs().size(), output_features::plain);
    const auto made = with_input_features(*lacking, plain, speaking(2).limits);
    REQUIRE(made.has_value());
    for (const std::uint32_t version : {1U, 2U, 3U}) {
      CAPTURE(name);
      CAPTURE(version);
      const auto ours = (*made)->encode({version});
      const auto theirs = grin_transaction(name, version);
      CHECK(to_hex(ours.value().view()) == to_hex(theirs->raw_bytes()));
    }
  }
}

TEST_CASE("features are given for each input, in the order in which the inputs came") {
  const auto lacking = grin_transaction("three_inputs", 1000);
  const std::vector mixed{output_features::coinbase, output_features::plain, output_features::coinbase};
  const auto made = with_input_features(*lacking, mixed, speaking(2).limits).value();
  for (const input& one : made->inputs()) {
    std::size_t i = 0;
    while (lacking->input(i).commitment != one.commitment) ++i;
    CHECK(one.features == mixed[i]);
  }
  CHECK_THROWS_AS(static_cast<void>(with_input_features(*lacking, {}, speaking(2).limits)), std::invalid_argument);
}

}  // namespace input_features_test
