// The constants of each chain, and protocol versions.
#include <doctest/doctest.h>

#include <pappus/wire/chain_parameters.hpp>
#include <pappus/wire/protocol_version.hpp>

namespace chain_parameters_test {

using namespace pappus::wire;

TEST_CASE("each chain has Grin's magic, port and limits") {
  struct row {
    chain_type network;
    int first, second, port;
    std::uint64_t block, transaction;
    std::size_t cap;
  };
  for (const row& want : {row{chain_type::mainnet, 97, 61, 3414, 40'000, 39'976, 1'348'032},
                          row{chain_type::testnet, 83, 59, 13414, 40'000, 39'976, 1'348'032},
                          row{chain_type::usernet, 73, 43, 23414, 250, 226, 7'788},
                          row{chain_type::automated_testing, 73, 43, 23414, 250, 226, 7'788}}) {
    const chain_parameters& network = chain_parameters_for(want.network);
    CAPTURE(network.name);
    CHECK(std::to_integer<int>(network.magic[0]) == want.first);
    CHECK(std::to_integer<int>(network.magic[1]) == want.second);
    CHECK(network.default_port == want.port);
    CHECK(network.limits.block_weight == want.block);
    CHECK(network.limits.transaction_weight() == want.transaction);
    CHECK(network.limits.block_body() == want.cap);
    CHECK(network.limits.no_recent_duplicate_kernels == (want.network != chain_type::mainnet));
    CHECK(chain_from_name(network.name) == want.network);
  }
}

TEST_CASE("chains have different genesis blocks") {
  for (const auto& one : chains) {
    for (const auto& other : chains) CHECK((one.genesis == other.genesis) == (&one == &other));
  }
  CHECK(to_string(chain_parameters_for(chain_type::mainnet).genesis).substr(0, 16) == "40adad0aec27797b");
}

TEST_CASE("an unknown name has no chain") {
  CHECK_FALSE(chain_from_name("").has_value());
  CHECK_FALSE(chain_from_name("Mainnet").has_value());
}

TEST_CASE("if a block's limit is below its reward's weight, a transaction may weigh nothing") {
  CHECK(chain_limits{24, true, usernet_headers}.transaction_weight() == 0);
  CHECK(chain_limits{10, true, usernet_headers}.transaction_weight() == 0);
}

TEST_CASE("two peers use the lower of their versions") {
  CHECK(negotiated_version({1000}, {3}) == protocol_version{3});
  CHECK(negotiated_version({2}, {1000}) == protocol_version{2});
}

TEST_CASE("the encoding changes at versions 1, 2 and 3") {
  CHECK(protocol_version{0}.has_fixed_size_kernels());
  CHECK(protocol_version{1}.has_fixed_size_kernels());
  CHECK_FALSE(protocol_version{2}.has_fixed_size_kernels());
  CHECK(protocol_version{2}.has_input_features());
  CHECK_FALSE(protocol_version{3}.has_input_features());
  CHECK_FALSE(protocol_version{0xffffffff}.has_input_features());
}

}  // namespace chain_parameters_test
