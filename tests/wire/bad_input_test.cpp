// Malformed bodies of every message: each is an error with the name of the message.
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/wire/grin_messages.hpp>

#include "wire/samples.hpp"

namespace bad_input_test {

using namespace samples;

namespace {

struct grin_body {
  std::string path;
  std::string message;
  std::uint32_t version;
  chain_type network;
  bytes body;
};

bytes content_of(const std::filesystem::path& path) {
  std::ifstream in{path};
  std::string hex;
  in >> hex;
  return from_hex(hex);
}

/// A body as Grin wrote it on the user testing network, to be changed by the tests.
bytes grin_wrote(const std::string& message, const std::string& shape) {
  return content_of(PAPPUS_TEST_DATA "/grin/messages/usernet/" + message + '/' + shape + ".hex");
}

/// The version in a name such as `full.v2.hex`; the latest if there is none.
std::uint32_t version_in(const std::string& file) {
  const std::size_t at = file.find(".v");
  return at == std::string::npos ? 1000 : static_cast<std::uint32_t>(std::stoul(file.substr(at + 2)));
}

std::vector<grin_body> all_vectors() {
  std::vector<grin_body> found;
  const std::filesystem::path folder{PAPPUS_TEST_DATA "/grin/messages"};
  for (const auto& entry : std::filesystem::recursive_directory_iterator{folder}) {
    if (entry.path().extension() != ".hex") continue;
    const auto message = entry.path().parent_path();
    found.push_back({entry.path().string(), message.filename().string(), version_in(entry.path().filename().string()),
                     chain_from_name(message.parent_path().filename().string()).value(), content_of(entry.path())});
  }
  std::ranges::sort(found, {}, &grin_body::path);
  return found;
}

std::optional<decode_error> fault_of(std::string_view message, bytes_view body, const codec_context& spoken) {
  const frame whole{{grin_messages::code_of(message).value(), body.size()}, true, body};
  const auto read = grin_messages::dispatch(whole, spoken, [](const auto&) {});

  // The same error when the body arrives in pieces.
  order_progress known;
  auto arrived = grin_messages::check_prefix({whole.header, true, body.first(body.size() / 2)}, spoken, known);
  if (arrived) arrived = grin_messages::dispatch(whole, spoken, known, [](const auto&) {});
  REQUIRE(arrived.has_value() == read.has_value());
  if (!read) CHECK(to_string(arrived.error()) == to_string(read.error()));

  return read ? std::nullopt : std::optional{read.error()};
}

std::optional<decode_error> fault_of(const grin_body& of, bytes_view body) {
  return fault_of(of.message, body, speaking(of.version, of.network));
}

/// All positions of a small body; of a large one the first, the last and some between.
std::vector<std::size_t> cuts_of(std::size_t size) {
  std::vector<std::size_t> cuts;
  for (std::size_t cut = 0; cut < size;) {
    cuts.push_back(cut);
    cut += cut < 600 || cut + 100 > size ? 1 : 37;
  }
  return cuts;
}

void put(bytes& body, std::size_t at, std::size_t width, std::uint64_t value) {
  for (std::size_t i = 0; i < width; ++i) body.at(at + width - 1 - i) = static_cast<std::byte>(value >> 8 * i);
}

/// A count in the first bytes of a body that Grin wrote, or of zeros if no shape is named.
struct count {
  const char* message;
  const char* shape;
  std::size_t kept;  // the position of the count
  std::size_t at;
  std::size_t width;
  std::uint64_t max;
  const char* field;
  decode_errc adapter = decode_errc::over_limit;
};

constexpr auto heavy = decode_errc::over_weight;

// Weights on the user testing network: a block 250, a transaction 24 less; an input 1, an output 21, a kernel 3.
constexpr count counts[] = {
    {"error", "", 12, 4, 8, 100'000, "text"},
    {"hand", "usual", 58, 50, 8, 100'000, "user_agent"},
    {"shake", "no_agent", 24, 16, 8, 100'000, "user_agent"},
    {"peer_addrs", "none", 4, 0, 4, 256, "count"},
    {"get_headers", "0", 1, 0, 1, 20, "count"},
    {"headers", "0", 2, 0, 2, 512, "count"},
    {"block", "genesis", 350, 326, 8, 250, "counts", heavy},
    {"block", "genesis", 350, 334, 8, 11, "counts", heavy},
    {"block", "genesis", 350, 342, 8, 83, "counts", heavy},
    {"compact_block", "genesis", 358, 334, 8, 11, "counts", heavy},
    {"compact_block", "genesis", 358, 342, 8, 83, "counts", heavy},
    {"compact_block", "genesis", 358, 350, 8, 83, "counts", heavy},
    {"transaction", "", 56, 48, 8, 75, "counts", heavy},
    {"stem_transaction", "", 56, 48, 8, 75, "counts", heavy},
    {"output_bitmap_segment", "sparse", 43, 41, 2, 8, "blocks"},
    {"output_bitmap_segment", "sparse", 44, 43, 1, 64, "blocks[].chunks"},
    {"output_bitmap_segment", "sparse", 47, 45, 2, 4095, "blocks[].positions"},
    {"output_bitmap_segment", "sparse", 639, 631, 8, 1'000'000, "proof"},
    {"output_segment", "whole", 49, 41, 8, 1'000'000, "hashes"},
    {"output_segment", "whole", 57, 49, 8, 1'000'000, "leaves"},
    {"output_segment", "whole", 233, 225, 8, 1'000'000, "proof"},
    {"range_proof_segment", "whole", 49, 41, 8, 1'000'000, "hashes"},
    {"range_proof_segment", "whole", 57, 49, 8, 1'000'000, "leaves"},
    {"range_proof_segment", "whole", 2829, 2821, 8, 1'000'000, "proof"},
    {"kernel_segment", "whole.v1000", 49, 41, 8, 1'000'000, "hashes"},
    {"kernel_segment", "whole.v1000", 57, 49, 8, 1'000'000, "leaves"},
    {"kernel_segment", "whole.v1000", 531, 523, 8, 1'000'000, "proof"},
};

/// A field and an invalid value for it.
struct invalid_field {
  const char* message;
  const char* shape;
  std::size_t at;
  std::size_t width;
  std::uint64_t value;
  decode_errc fault;
  const char* field;
};

constexpr invalid_field misfits[] = {
    {"ban_reason", "0", 0, 4, 8, decode_errc::unknown_value, "cause"},
    {"ban_reason", "0", 0, 4, 0xffffffff, decode_errc::unknown_value, "cause"},
    {"hand", "usual", 58, 1, 0xff, decode_errc::bad_utf8, "user_agent"},
    {"header", "primary_15", 0, 2, 1, decode_errc::out_of_range, "version"},
    {"header", "primary_15", 10, 8, 0xffffffffffffffff, decode_errc::out_of_range, "time"},
    {"header", "primary_15", 210, 8, 0xffffffffffffffff, decode_errc::over_weight, "output_mmr_size"},
    {"header", "primary_15", 218, 8, 0x8000000000000000, decode_errc::over_weight, "output_mmr_size"},
    {"header", "primary_15", 246, 1, 0, decode_errc::out_of_range, "edge_bits"},
    {"header", "primary_15", 246, 1, 14, decode_errc::out_of_range, "edge_bits"},
    {"header", "primary_15", 246, 1, 64, decode_errc::out_of_range, "edge_bits"},
    {"header", "primary_15", 325, 1, 0xff, decode_errc::not_zero, "proof"},
    {"headers", "3", 2 + 326, 2, 9, decode_errc::out_of_range, "version"},
    {"block", "reward_only.v1000", 0, 2, 9, decode_errc::out_of_range, "version"},
    {"block", "reward_only.v1000", 350, 1, 2, decode_errc::unknown_value, "outputs[].features"},
    {"block", "reward_only.v1000", 384, 8, 674, decode_errc::out_of_range, "outputs[].proof"},
    {"block", "reward_only.v1000", 384, 8, 676, decode_errc::out_of_range, "outputs[].proof"},
    {"block", "reward_only.v1000", 1067, 1, 4, decode_errc::unknown_value, "kernels[].features"},
    {"compact_block", "reward_only.v1000", 0, 2, 9, decode_errc::out_of_range, "version"},
    {"compact_block", "reward_only.v1000", 358, 1, 2, decode_errc::unknown_value, "outputs[].features"},
    {"get_output_bitmap_segment", "usual", 32, 1, 64, decode_errc::out_of_range, "height"},
    {"get_output_segment", "usual", 32, 1, 64, decode_errc::out_of_range, "height"},
    {"get_range_proof_segment", "usual", 32, 1, 255, decode_errc::out_of_range, "height"},
    {"get_kernel_segment", "usual", 33, 8, 0xffffffffffffffff, decode_errc::out_of_range, "height"},
    {"output_bitmap_segment", "sparse", 32, 1, 14, decode_errc::out_of_range, "height"},
    {"output_bitmap_segment", "sparse", 41, 2, 0, decode_errc::out_of_range, "blocks"},
    {"output_bitmap_segment", "sparse", 43, 1, 63, decode_errc::out_of_range, "blocks[].positions"},
    {"output_bitmap_segment", "sparse", 44, 1, 3, decode_errc::unknown_value, "blocks[].form"},
    {"output_segment", "whole", 32, 1, 64, decode_errc::out_of_range, "height"},
    {"output_segment", "whole", 57, 8, 0, decode_errc::not_sorted, "leaf_positions[]"},
    {"output_segment", "whole", 57, 8, 0xffffffffffffffff, decode_errc::not_sorted, "leaf_positions[]"},
    {"output_segment", "whole", 89, 1, 2, decode_errc::unknown_value, "leaves[].features"},
    {"range_proof_segment", "whole", 89, 8, 674, decode_errc::out_of_range, "leaves[]"},
    {"kernel_segment", "whole.v1000", 89, 1, 4, decode_errc::unknown_value, "kernels[].features"},
};

}  // namespace

TEST_CASE("each message cut short at any position is refused, with its name and a position in it") {
  std::set<std::string> seen;
  for (const grin_body& one : all_vectors()) {
    REQUIRE_FALSE(fault_of(one, one.body).has_value());
    seen.insert(one.message);
    if (one.message == "ban_reason") continue;  // whose missing bytes stand for zero
    for (const std::size_t cut : cuts_of(one.body.size())) {
      const auto fault = fault_of(one, bytes_view{one.body}.first(cut));
      REQUIRE_MESSAGE(fault.has_value(), one.path);
      REQUIRE(one.message == fault->message);
      REQUIRE(fault->code == decode_errc::unexpected_end);
      REQUIRE(fault->offset <= cut);
    }
  }
  CHECK(seen.size() == 26);  // all but Error, which has no shape, and the transactions
}

TEST_CASE("each message with a byte too many is refused") {
  for (grin_body one : all_vectors()) {
    if (one.message == "ban_reason") continue;
    one.body.push_back(std::byte{0});
    const auto fault = fault_of(one, one.body);
    REQUIRE_MESSAGE(fault.has_value(), one.path);
    CHECK(fault->code == decode_errc::trailing_bytes);
    CHECK(fault->offset == one.body.size() - 1);
  }
}

TEST_CASE("each count is read up to its limit and refused above it, whatever follows") {
  for (const count& one : counts) {
    bytes body = *one.shape == 0 ? bytes{} : grin_wrote(one.message, one.shape);
    body.resize(one.kept);
    const std::string field = std::string{one.message} + '.' + one.field;
    CAPTURE(field);
    const auto fault_at = [&](std::uint64_t value) {
      put(body, one.at, one.width, value);
      return fault_of(one.message, body, speaking(1000));
    };
    const auto allowed = fault_at(one.max);
    REQUIRE(allowed.has_value());
    CHECK(allowed->code == decode_errc::unexpected_end);
    CHECK(allowed->offset >= one.at + one.width);
    const std::uint64_t largest = ~std::uint64_t{0} >> (64 - 8 * one.width);
    for (const std::uint64_t value : {one.max + 1, largest / 2 + 1, largest}) {
      if (value <= one.max) continue;
      const auto refused = fault_at(value);
      REQUIRE(refused.has_value());
      CHECK(refused->code == one.adapter);
      CHECK(std::string{refused->field} == one.field);
      CHECK(std::string{refused->message} == one.message);
    }
  }
}

TEST_CASE("each field with a value out of its range is refused, with its name") {
  const codec_context spoken = speaking(1000);
  for (const invalid_field& one : misfits) {
    bytes body = grin_wrote(one.message, one.shape);
    const std::string field = std::string{one.message} + '.' + one.field;
    CAPTURE(field);
    CAPTURE(one.value);
    REQUIRE_FALSE(fault_of(one.message, body, spoken).has_value());
    put(body, one.at, one.width, one.value);
    const auto fault = fault_of(one.message, body, spoken);
    REQUIRE(fault.has_value());
    CHECK(fault->code == one.fault);
    CHECK(std::string{fault->field} == one.field);
    CHECK(std::string{fault->message} == one.message);
  }
}

}  // namespace bad_input_test
