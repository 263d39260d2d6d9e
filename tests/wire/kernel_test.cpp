// Kernels of every kind, at every version, and invalid ones.
#include <doctest/doctest.h>

#include <pappus/wire/kernel.hpp>

#include "wire/samples.hpp"

namespace kernel_test {

using namespace samples;

namespace {

struct outcome {
  kernel value;
  bool ok;
  decode_error error;
};

outcome read(bytes_view body, const codec_context& spoken) {
  reader in{body, spoken};
  const kernel value = kernel::read(in);
  in.expect_end();
  return {value, in.ok(), in.error()};
}

void check_refused(bytes body, const codec_context& spoken, decode_errc fault, std::string_view field,
                   std::size_t offset) {
  const outcome got = read(body, spoken);
  REQUIRE_FALSE(got.ok);
  CHECK(got.error.code == fault);
  CHECK(std::string_view{got.error.field} == field);
  CHECK(got.error.offset == offset);
}

constexpr kernel_features all_features[] = {kernel_features::plain, kernel_features::coinbase,
                                            kernel_features::height_locked, kernel_features::no_recent_duplicate};

}  // namespace

TEST_CASE("a kernel reads back as it was written, at every version and of every kind") {
  numbers random{1};
  for (const auto features : all_features) {
    const kernel one = some_kernel(random, features);
    for (const std::uint32_t version : versions) {
      const bytes body = written(one, version);
      CHECK(body.size() == one.size({version}));
      const outcome got = read(body, speaking(version));
      REQUIRE(got.ok);
      CHECK(got.value == one);
    }
  }
}

TEST_CASE("up to version 1 all kernels have one size, later ones omit unused fields") {
  numbers random{2};
  const std::size_t later[] = {106, 98, 114, 108};
  for (std::size_t i = 0; i < 4; ++i) {
    const kernel one = some_kernel(random, all_features[i]);
    CHECK(one.size({0}) == 114);
    CHECK(one.size({1}) == 114);
    CHECK(one.size({2}) == later[i]);
    CHECK(one.size({1000}) == later[i]);
  }
}

TEST_CASE("the kernel hash is the hash of the fixed-size form") {
  numbers random{3};
  for (const auto features : all_features) {
    const kernel one = some_kernel(random, features);
    CHECK(one.hash() == blake2b(written(one, 1)));
  }
}

TEST_CASE("a kernel cut short anywhere is an error with a field name") {
  numbers random{4};
  for (const auto features : all_features) {
    for (const std::uint32_t version : versions) {
      const bytes body = written(some_kernel(random, features), version);
      for (std::size_t length = 0; length < body.size(); ++length) {
        const outcome got = read(bytes_view{body}.first(length), speaking(version));
        REQUIRE_FALSE(got.ok);
        REQUIRE(got.error.code == decode_errc::unexpected_end);
        REQUIRE(std::string_view{got.error.field}.substr(0, 10) == "kernels[].");
      }
    }
  }
}

TEST_CASE("unknown features are refused") {
  numbers random{5};
  for (const std::uint32_t version : versions) {
    bytes body = written(some_kernel(random), version);
    for (const int code : {4, 5, 128, 255}) {
      body[0] = static_cast<std::byte>(code);
      check_refused(body, speaking(version), decode_errc::unknown_value, "kernels[].features", 0);
    }
  }
}

TEST_CASE("no-recent-duplicate kernels are not read on mainnet") {
  numbers random{6};
  const kernel one = some_kernel(random, kernel_features::no_recent_duplicate);
  for (const std::uint32_t version : versions) {
    const bytes body = written(one, version);
    check_refused(body, speaking(version, chain_type::mainnet), decode_errc::unknown_value, "kernels[].features", 0);
    CHECK(read(body, speaking(version, chain_type::testnet)).ok);
    CHECK(read(body, speaking(version, chain_type::automated_testing)).ok);
  }
}

TEST_CASE("the distance of a no-recent-duplicate kernel is 1 to 10080 blocks") {
  numbers random{7};
  kernel one = some_kernel(random, kernel_features::no_recent_duplicate);
  for (const std::uint32_t version : versions) {
    const std::size_t at = version <= 1 ? 15 : 9;
    for (const std::uint64_t lock : {1u, 10080u}) {
      one.lock = lock;
      CHECK(read(written(one, version), speaking(version)).ok);
    }
    for (const std::uint64_t lock : {0u, 10081u, 65535u}) {
      one.lock = lock;
      check_refused(written(one, version), speaking(version), decode_errc::out_of_range, "kernels[].lock", at);
    }
  }
}

TEST_CASE("unused bytes of a fixed-size kernel must be zero") {
  numbers random{8};
  const auto refuse_each = [&random](kernel_features features, std::size_t first, std::size_t last, const char* field) {
    for (std::size_t at = first; at < last; ++at) {
      bytes body = written(some_kernel(random, features), 1);
      body[at] = std::byte{1};
      check_refused(body, speaking(1), decode_errc::not_zero, field, first);
    }
  };
  refuse_each(kernel_features::plain, 9, 17, "kernels[].lock");
  refuse_each(kernel_features::coinbase, 1, 9, "kernels[].fee");
  refuse_each(kernel_features::coinbase, 9, 17, "kernels[].lock");
  refuse_each(kernel_features::no_recent_duplicate, 9, 15, "kernels[].lock");
}

TEST_CASE("a fee has 40 bits and its shift 4, and all 64 bits are kept") {
  const fee_fields fields{0xabcd'e5'ff'ffff'fffe};
  CHECK(fields.fee() == 0xff'ffff'fffe);
  CHECK(fields.shift() == 5);
  numbers random{9};
  kernel one = some_kernel(random);
  one.fee = fields;
  CHECK(read(written(one, 2), speaking(2)).value.fee == fields);
}

}  // namespace kernel_test
