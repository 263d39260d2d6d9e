// The order of lists, which is checked for several elements at once.
#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/wire/grin_messages.hpp>

#include "wire/samples.hpp"
#include "wire/with_lanes.hpp"

namespace order_check_test {

using namespace samples;

namespace {

constexpr std::uint32_t version = 3;
constexpr std::size_t inputs = 40;
constexpr std::size_t outputs = 3;
constexpr std::size_t kernels = 20;
constexpr std::size_t kernel_size = 8 + kernel::smallest;
constexpr std::size_t inputs_at = kernel_offset::size + 3 * 8;
constexpr std::size_t outputs_at = inputs_at + inputs * commitment::size;
constexpr std::size_t kernels_at = outputs_at + outputs * output::size;

bytes valid_body() {
  numbers random{7};
  draft parts = some_draft(6, inputs, outputs);
  parts.kernels.clear();
  while (parts.kernels.size() < kernels) parts.kernels.push_back(some_kernel(random));
  return written(parts, version);
}

/// Two neighbors in a list: the offset of the first, and the size of each.
struct neighbors {
  std::size_t at;
  std::size_t size;
  std::string latter;  // field of the second, with its index
};

std::vector<neighbors> all_neighbors() {
  std::vector<neighbors> all;
  const auto add = [&all](const char* list, std::size_t at, std::size_t size, std::size_t count) {
    for (std::size_t i = 0; i + 1 < count; ++i) {
      all.push_back({at + i * size, size, list + ('[' + std::to_string(i + 1)) + ']'});
    }
  };
  add("inputs", inputs_at, commitment::size, inputs);
  add("outputs", outputs_at, output::size, outputs);
  add("kernels", kernels_at, kernel_size, kernels);
  return all;
}

void swap(bytes& body, const neighbors& both) {
  const auto first = body.begin() + static_cast<std::ptrdiff_t>(both.at);
  const auto second = first + static_cast<std::ptrdiff_t>(both.size);
  std::swap_ranges(first, second, second);
}

std::string error_of(const bytes& body) {
  const auto read = decode<messages::transaction>(body, speaking(version));
  return read ? "none" : to_string(read.error());
}

std::string expected(const neighbors& both, const char* fault) {
  return "transaction." + both.latter + " at byte " + std::to_string(both.at + both.size) + ": " + fault;
}

}  // namespace

TEST_CASE("an element out of order is the error, whatever is wrong behind it") {
  const bytes valid = valid_body();
  REQUIRE(error_of(valid) == "none");
  for (const std::size_t lanes : supported_hash_lanes()) {
    const with_lanes chosen{lanes};
    for (const neighbors& both : all_neighbors()) {
      bytes body = valid;
      swap(body, both);
      const std::string unsorted = expected(both, "not sorted");
      CHECK(error_of(body) == unsorted);
      const std::size_t end = both.at + 2 * both.size;
      for (std::size_t feature_at : {outputs_at + 2 * output::size, kernels_at + (kernels - 1) * kernel_size}) {
        if (feature_at < end) continue;
        bytes broken = body;
        broken[feature_at] = std::byte{9};
        CHECK(error_of(broken) == unsorted);
      }
      if (end > kernels_at) continue;  // kernels are not read before all are there
      for (const std::size_t size : {end, end + 1, (end + body.size()) / 2, body.size() - 1}) {
        CHECK(error_of(bytes(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(size))) == unsorted);
      }
    }
  }
}

TEST_CASE("a broken element is the error, whatever is out of order behind it") {
  const bytes valid = valid_body();
  for (const std::size_t lanes : supported_hash_lanes()) {
    const with_lanes chosen{lanes};
    bytes body = valid;
    body[outputs_at] = std::byte{9};
    const std::string broken = error_of(body);
    CHECK(broken == "transaction.outputs[0].features at byte " + std::to_string(outputs_at) + ": unknown value");
    for (const neighbors& both : all_neighbors()) {
      if (both.at < outputs_at + output::size) continue;
      bytes unsorted = body;
      swap(unsorted, both);
      CHECK(error_of(unsorted) == broken);
    }
  }
}

TEST_CASE("an element that is there twice is the error, in each place") {
  const bytes valid = valid_body();
  for (const std::size_t lanes : supported_hash_lanes()) {
    const with_lanes chosen{lanes};
    for (const neighbors& both : all_neighbors()) {
      bytes body = valid;
      const auto first = body.begin() + static_cast<std::ptrdiff_t>(both.at);
      std::copy_n(first, both.size, first + static_cast<std::ptrdiff_t>(both.size));
      CHECK(error_of(body) == expected(both, "duplicate"));
    }
  }
}

TEST_CASE("kernels have the same hashes with each number of lanes") {
  const bytes body = valid_body();
  for (const std::size_t lanes : supported_hash_lanes()) {
    const with_lanes chosen{lanes};
    const auto read = decode<messages::transaction>(body, speaking(version));
    REQUIRE(read.has_value());
    for (std::size_t i = 0; i < kernels; ++i) CHECK(read->tx->kernel_hash(i) == read->tx->kernel(i).hash());
  }
}

TEST_CASE("headers have the same hashes with each number of lanes") {
  writer out{latest_version};
  constexpr std::uint16_t count = 13;
  out.u16(count);
  for (std::uint64_t i = 0; i < count; ++i) out.raw(written(some_header(i)));
  const bytes body = *std::move(out).finish();
  for (const std::size_t lanes : supported_hash_lanes()) {
    const with_lanes chosen{lanes};
    const auto read = decode<messages::headers>(body, speaking(version));
    REQUIRE(read.has_value());
    for (const header& each : read->values) CHECK(each.hash() == blake2b(each.packed_proof()));
  }
}

}  // namespace order_check_test
