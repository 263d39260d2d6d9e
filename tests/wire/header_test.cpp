// Block headers.
#include <limits>

#include <doctest/doctest.h>

#include <pappus/wire/messages/headers.hpp>
#include <pappus/wire/mmr.hpp>

#include "wire/samples.hpp"

namespace header_test {

using namespace samples;

namespace {

void refuse(const header_draft& parts, decode_errc fault, std::string_view field, std::size_t offset) {
  check_refused<messages::header>(written(parts), speaking(3), fault, field, offset);
}

bool reads(const header_draft& parts, chain_type network = chain_type::usernet) {
  return decode<messages::header>(written(parts), speaking(3, network)).has_value();
}

}  // namespace

TEST_CASE("a header's fields read back as they were written, on every chain") {
  for (const auto network :
       {chain_type::mainnet, chain_type::testnet, chain_type::usernet, chain_type::automated_testing}) {
    const header_draft parts = some_header(7, network);
    const bytes body = written(parts);
    const auto got = decode<messages::header>(body, speaking(1000, network));
    REQUIRE_MESSAGE(got.has_value(), (got ? "" : to_string(got.error())));
    const header& read = got->value;
    CHECK(read.version() == parts.version);
    CHECK(read.height() == parts.height);
    CHECK(read.timestamp() == parts.time);
    CHECK(read.prev_hash() == parts.roots[0]);
    CHECK(read.prev_root() == parts.roots[1]);
    CHECK(read.output_root() == parts.roots[2]);
    CHECK(read.range_proof_root() == parts.roots[3]);
    CHECK(read.kernel_root() == parts.roots[4]);
    CHECK(read.total_kernel_offset() == parts.total_offset);
    CHECK(read.output_mmr_size() == parts.output_mmr_size);
    CHECK(read.kernel_mmr_size() == parts.kernel_mmr_size);
    CHECK(read.total_difficulty() == parts.total_difficulty);
    CHECK(read.secondary_scaling() == parts.secondary_scaling);
    CHECK(read.nonce() == parts.nonce);
    CHECK(read.edge_bits() == parts.edge_bits);
    for (std::size_t i = 0; i < parts.nonces.size(); ++i) CHECK(read.proof_nonce(i) == parts.nonces[i]);
    CHECK(read.hash() == blake2b(packed(parts.nonces, parts.edge_bits)));
    CHECK(read.pre_pow().size() == 246);
    for (const std::uint32_t version : versions) CHECK(*encode(*got, protocol_version{version}) == body);
  }
}

TEST_CASE("nonces of every width unpack as they were packed") {
  for (std::uint8_t edge_bits = 15; edge_bits <= 63; ++edge_bits) {
    header_draft parts = some_header();
    parts.edge_bits = edge_bits;
    parts.nonces.clear();
    numbers random{edge_bits};
    for (int i = 0; i < 42; ++i) parts.nonces.push_back(random.next() & ((std::uint64_t{1} << edge_bits) - 1));
    const auto got = decode<messages::header>(written(parts), speaking(3));
    REQUIRE(got.has_value());
    for (std::size_t i = 0; i < 42; ++i) REQUIRE(got->value.proof_nonce(i) == parts.nonces[i]);
  }
}

TEST_CASE("the version of a header must belong to its height") {
  const auto versions_at = [](chain_type network, std::uint64_t height) {
    return chain_parameters_for(network).limits.headers.version_at(height);
  };
  CHECK(versions_at(chain_type::mainnet, 262'079) == 1);
  CHECK(versions_at(chain_type::mainnet, 262'080) == 2);
  CHECK(versions_at(chain_type::mainnet, 1'048'319) == 4);
  CHECK(versions_at(chain_type::mainnet, 1'048'320) == 5);
  CHECK(versions_at(chain_type::mainnet, 10'000'000) == 5);
  CHECK(versions_at(chain_type::testnet, 185'039) == 1);
  CHECK(versions_at(chain_type::testnet, 185'040) == 2);
  CHECK(versions_at(chain_type::testnet, 552'960) == 4);
  CHECK(versions_at(chain_type::testnet, 642'240) == 5);
  CHECK(versions_at(chain_type::usernet, 2) == 1);
  CHECK(versions_at(chain_type::usernet, 3) == 2);
  CHECK(versions_at(chain_type::automated_testing, 12) == 5);

  header_draft parts = some_header();
  parts.version = 2;
  refuse(parts, decode_errc::out_of_range, "version", 0);
  parts.height = 3;
  CHECK(reads(parts));
}

TEST_CASE("a header may have any timestamp from 1970 on, also one in the future") {
  header_draft parts = some_header();
  for (const std::int64_t time : {std::int64_t{0}, std::int64_t{4'000'000'000}, INT64_MAX}) {
    parts.time = time;
    const auto read = decode<messages::header>(written(parts), speaking(3));
    REQUIRE(read.has_value());
    CHECK(read->value.timestamp() == time);
  }
  parts.time = -1;
  refuse(parts, decode_errc::out_of_range, "time", 10);
}

TEST_CASE("edge bits are those of the chain's primary or secondary proof of work") {
  header_draft parts = some_header();
  for (const unsigned bits : {0U, 1U, 14U, 64U, 255U}) {
    parts.edge_bits = static_cast<std::uint8_t>(bits);
    refuse(parts, decode_errc::out_of_range, "edge_bits", 246);
  }
  const auto allowed = [](chain_type network, std::uint8_t bits) {
    return chain_parameters_for(network).limits.headers.has_edge_bits(bits);
  };
  CHECK(allowed(chain_type::mainnet, 29));
  CHECK_FALSE(allowed(chain_type::mainnet, 30));
  CHECK(allowed(chain_type::mainnet, 31));
  CHECK(allowed(chain_type::mainnet, 32));
  CHECK_FALSE(allowed(chain_type::usernet, 14));
  CHECK(allowed(chain_type::usernet, 15));
  CHECK_FALSE(allowed(chain_type::automated_testing, 9));
  CHECK(allowed(chain_type::automated_testing, 10));
}

TEST_CASE("the bits behind the last nonce of a proof are zero") {
  bytes body = written(some_header());  // 42 nonces of 15 bits leave two bits over
  body.back() |= std::byte{0x80};
  check_refused<messages::header>(body, speaking(3), decode_errc::not_zero, "proof", 247);
}

TEST_CASE("a header cannot have more outputs and kernels than the blocks up to its height can hold") {
  const std::uint64_t weight = chain_parameters_for(chain_type::usernet).limits.block_weight;
  header_draft parts = some_header();
  const std::uint64_t all = weight * (parts.height + 1);
  parts.output_mmr_size = mmr::size(all / limits::output_weight);
  parts.kernel_mmr_size = mmr::size(all % limits::output_weight / limits::kernel_weight);
  CHECK(reads(parts));
  parts.kernel_mmr_size = mmr::size(all % limits::output_weight / limits::kernel_weight + 1);
  refuse(parts, decode_errc::over_weight, "output_mmr_size", 210);
  parts.kernel_mmr_size = 0;
  parts.output_mmr_size = std::numeric_limits<std::uint64_t>::max();
  refuse(parts, decode_errc::over_weight, "output_mmr_size", 210);

  parts = some_header();
  parts.version = 5;
  parts.height = std::numeric_limits<std::uint64_t>::max();
  CHECK(reads(parts));
}

TEST_CASE("a header cut short anywhere is an error with a field name") {
  check_truncations<messages::header>(written(some_header()), speaking(3));
  bytes longer = written(some_header());
  const std::size_t end = longer.size();
  longer.push_back(std::byte{0});
  check_refused<messages::header>(longer, speaking(3), decode_errc::trailing_bytes, "end", end);
}

}  // namespace header_test
