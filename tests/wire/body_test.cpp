// The rules for the body of a transaction or block, each broken in turn at every version.
#include <algorithm>

#include <doctest/doctest.h>

#include <pappus/wire/messages/transaction.hpp>
#include <pappus/wire/transaction.hpp>

#include "wire/samples.hpp"

namespace body_test {

using namespace samples;

namespace {

using message_type = messages::transaction;

transaction_ptr read(const bytes& body, const codec_context& spoken) {
  auto got = decode<message_type>(body, spoken);
  if (!got) FAIL(to_string(got.error()));
  return got->tx;
}

transaction_ptr read(const draft& parts, std::uint32_t version, chain_type network = chain_type::usernet) {
  return read(written(parts, version), speaking(version, network));
}

void check_refused(const bytes& body, const codec_context& spoken, decode_errc fault, std::string_view field) {
  const auto got = decode<message_type>(body, spoken);
  REQUIRE_FALSE(got.has_value());
  CAPTURE(to_string(got.error()));
  CHECK(got.error().code == fault);
  CHECK(std::string_view{got.error().field} == field);
  CHECK(got.error().offset <= body.size());
}

// At every version from `first` on.
void check_refused(const draft& parts, decode_errc fault, std::string_view field, std::uint32_t least_version = 0) {
  for (const std::uint32_t version : versions) {
    if (version >= least_version) check_refused(written(parts, version), speaking(version), fault, field);
  }
}

// A body with these counts and without the parts.
bytes counts(std::uint64_t inputs, std::uint64_t outputs, std::uint64_t kernels) {
  writer out{latest_version};
  out.raw(bytes(32));
  out.u64(inputs);
  out.u64(outputs);
  out.u64(kernels);
  return *std::move(out).finish();
}

const commitment one_commitment = numbers{99}.opaque<commitment>();

}  // namespace

TEST_CASE("the weight is checked before any part is read, at its limit and over it") {
  // Within the weight, so the error is that no part follows; 226 on usernet, 39,976 on mainnet.
  const codec_context small = speaking(1000);
  const codec_context large = speaking(1000, chain_type::mainnet);
  check_refused(counts(223, 0, 1), small, decode_errc::unexpected_end, "inputs[].commitment");
  check_refused(counts(224, 0, 1), small, decode_errc::over_weight, "counts");
  check_refused(counts(13, 10, 1), small, decode_errc::unexpected_end, "inputs[].commitment");
  check_refused(counts(14, 10, 1), small, decode_errc::over_weight, "counts");
  check_refused(counts(1, 0, 75), small, decode_errc::unexpected_end, "inputs[].commitment");
  check_refused(counts(2, 0, 75), small, decode_errc::over_weight, "counts");
  check_refused(counts(39'973, 0, 1), large, decode_errc::unexpected_end, "inputs[].commitment");
  check_refused(counts(39'974, 0, 1), large, decode_errc::over_weight, "counts");
}

TEST_CASE("counts whose weight would overflow are too heavy") {
  for (const std::uint64_t many : {std::uint64_t{1} << 63, ~std::uint64_t{0}, ~std::uint64_t{0} / 21 + 1,
                                   ~std::uint64_t{0} / 3 + 1, std::uint64_t{1} << 32}) {
    check_refused(counts(many, 0, 1), speaking(1000), decode_errc::over_weight, "counts");
    check_refused(counts(0, many, 1), speaking(1000), decode_errc::over_weight, "counts");
    check_refused(counts(0, 0, many), speaking(1000), decode_errc::over_weight, "counts");
    check_refused(counts(many, many, many), speaking(1000), decode_errc::over_weight, "counts");
  }
}

TEST_CASE("the heaviest transaction of a network is read") {
  draft parts = some_draft(8, 7, 10);
  for (const std::uint32_t version : versions) {
    CHECK(read(parts, version)->outputs().size() == 10);  // 7 + 10 * 21 + 3 * 3 = 226
  }
  parts.add_input(one_commitment);
  check_refused(parts, decode_errc::over_weight, "counts");
}

TEST_CASE("a transaction without kernels is refused") {
  draft parts = some_draft();
  parts.kernels.clear();
  check_refused(parts, decode_errc::no_kernels, "kernels");
}

TEST_CASE("each list must be sorted by hash") {
  const draft valid = some_draft();
  const auto unsorted = [&valid](auto change) {
    draft parts = valid;
    // Sorted, then one list reversed.
    parts.sorted = false;
    const auto by_id = [](const kernel& l, const kernel& r) { return l.hash() < r.hash(); };
    std::sort(parts.kernels.begin(), parts.kernels.end(), by_id);
    std::sort(parts.output_commitments.begin(), parts.output_commitments.end(), [](const auto& l, const auto& r) {
      const std::byte plain{0};
      return blake2b({{&plain, 1}, l.view()}) < blake2b({{&plain, 1}, r.view()});
    });
    return [parts, change](std::uint32_t version) {
      draft changed = parts;
      std::sort(changed.inputs.begin(), changed.inputs.end(), [version](const input& l, const input& r) {
        return blake2b(written(l, version)) < blake2b(written(r, version));
      });
      CHECK(read(changed, version) != nullptr);
      change(changed);
      return written(changed, version);
    };
  };
  const auto inputs = unsorted([](draft& parts) { std::swap(parts.inputs[1], parts.inputs[2]); });
  const auto outputs =
      unsorted([](draft& parts) { std::swap(parts.output_commitments[0], parts.output_commitments[1]); });
  const auto kernels = unsorted([](draft& parts) { std::swap(parts.kernels[0], parts.kernels[1]); });
  for (const std::uint32_t version : versions) {
    check_refused(inputs(version), speaking(version), decode_errc::not_sorted, "inputs[]");
    check_refused(outputs(version), speaking(version), decode_errc::not_sorted, "outputs[]");
    check_refused(kernels(version), speaking(version), decode_errc::not_sorted, "kernels[]");
  }
}

TEST_CASE("inputs sorted by hash at one version are not sorted at the other") {
  // Enough inputs that no order is sorted at both.
  const draft parts = some_draft(3, 20, 0);
  draft without = parts;
  without.sorted = false;
  const auto with_features = [](const input& l, const input& r) {
    return blake2b(written(l, 2)) < blake2b(written(r, 2));
  };
  std::sort(without.inputs.begin(), without.inputs.end(), with_features);
  check_refused(written(without, 3), speaking(3), decode_errc::not_sorted, "inputs[]");
}

TEST_CASE("no list has an element twice") {
  draft parts = some_draft();
  parts.inputs.push_back(parts.inputs[0]);
  check_refused(parts, decode_errc::duplicate, "inputs[]");
  parts = some_draft();
  parts.add_output(parts.output_commitments[1]);
  check_refused(parts, decode_errc::duplicate, "outputs[]");
  parts = some_draft();
  parts.kernels.push_back(parts.kernels[1]);
  check_refused(parts, decode_errc::duplicate, "kernels[]");
}

TEST_CASE("an output is not spent twice with different features") {
  draft parts = some_draft();
  parts.add_input(one_commitment, output_features::plain);
  parts.add_input(one_commitment, output_features::coinbase);
  for (const std::uint32_t version : {0u, 1u, 2u}) {
    check_refused(written(parts, version), speaking(version), decode_errc::duplicate, "inputs[].commitment");
  }
}

TEST_CASE("a transaction does not spend its own outputs") {
  draft parts = some_draft();
  parts.add_input(one_commitment);
  parts.add_output(one_commitment);
  check_refused(parts, decode_errc::spends_own_output, "outputs[].commitment");
  const auto got = decode<message_type>(written(parts, 1000), speaking(1000));
  const auto tx_output = bytes(one_commitment.view().begin(), one_commitment.view().end());
  const bytes body = written(parts, 1000);
  CHECK(std::equal(tx_output.begin(), tx_output.end(), body.begin() + static_cast<std::ptrdiff_t>(got.error().offset)));
}

TEST_CASE("a transaction makes no coinbase, though it may spend one") {
  draft parts = some_draft();
  parts.add_output(one_commitment, output_features::coinbase);
  check_refused(parts, decode_errc::coinbase, "outputs[].features");
  parts = some_draft();
  numbers random{5};
  parts.kernels.push_back(some_kernel(random, kernel_features::coinbase));
  check_refused(parts, decode_errc::coinbase, "kernels[].features");
  parts = some_draft();
  parts.add_input(one_commitment, output_features::coinbase);
  for (const std::uint32_t version : versions) CHECK(read(parts, version) != nullptr);
}

TEST_CASE("unknown features are refused") {
  draft parts = some_draft();
  parts.outputs[0] = static_cast<output_features>(2);
  check_refused(parts, decode_errc::unknown_value, "outputs[].features");
  parts = some_draft();
  parts.inputs[0].features = static_cast<output_features>(255);
  for (const std::uint32_t version : {0u, 1u, 2u}) {
    check_refused(written(parts, version), speaking(version), decode_errc::unknown_value, "inputs[].features");
  }
}

TEST_CASE("a range proof has a fixed length") {
  for (const std::uint64_t length : {std::uint64_t{0}, std::uint64_t{674}, std::uint64_t{676}}) {
    draft parts = some_draft();
    parts.proof_length = length;
    check_refused(parts, decode_errc::out_of_range, "outputs[].proof");
  }
}

TEST_CASE("two no-recent-duplicate kernels have different excesses, other kernels need not") {
  draft parts = some_draft();
  kernel twin = parts.kernels[2];
  twin.signature.raw[0] ^= std::byte{1};
  parts.kernels.push_back(twin);
  check_refused(parts, decode_errc::duplicate, "kernels");
  parts = some_draft();
  twin = parts.kernels[0];
  twin.signature.raw[0] ^= std::byte{1};
  parts.kernels.push_back(twin);
  for (const std::uint32_t version : versions) CHECK(read(parts, version) != nullptr);
}

TEST_CASE("a transaction with a no-recent-duplicate kernel is refused on mainnet") {
  draft parts = some_draft();
  check_refused(written(parts, 1000), speaking(1000, chain_type::mainnet), decode_errc::unknown_value,
                "kernels[].features");
  parts.kernels.pop_back();
  CHECK(read(parts, 1000, chain_type::mainnet) != nullptr);
}

}  // namespace body_test
