// Transactions: views of their parts, and encoding for other versions. body_test.cpp has the rules of validity.
#include <algorithm>
#include <iterator>

#include <doctest/doctest.h>

#include <pappus/wire/messages/transaction.hpp>
#include <pappus/wire/transaction.hpp>

#include "wire/samples.hpp"

namespace transaction_test {

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

}  // namespace

TEST_CASE("the parts of a transaction are views of its bytes") {
  const draft parts = some_draft();
  for (const std::uint32_t version : versions) {
    const auto tx = read(parts, version);
    CHECK(tx->form() == form_of({version}));
    CHECK(tx->offset() == parts.offset);
    REQUIRE(tx->inputs().size() == parts.inputs.size());
    REQUIRE(tx->outputs().size() == parts.outputs.size());
    REQUIRE(tx->kernels().size() == parts.kernels.size());
    for (const input& one : tx->inputs()) {
      const auto same = [&one](const input& other) { return other.commitment == one.commitment; };
      const auto found = std::find_if(parts.inputs.begin(), parts.inputs.end(), same);
      REQUIRE(found != parts.inputs.end());
      CHECK(one.features == (version <= 2 ? found->features : std::nullopt));
    }
    for (const output& one : tx->outputs()) {
      CHECK(std::count(parts.output_commitments.begin(), parts.output_commitments.end(), one.commitment) == 1);
      CHECK(one.features == output_features::plain);
      REQUIRE(one.proof.size() == limits::range_proof_size);
      CHECK(one.proof.front() == one.commitment.raw[1]);
      CHECK(one.proof.back() == one.commitment.raw[1]);
    }
    for (std::size_t i = 0; i < tx->kernels().size(); ++i) {
      const kernel one = tx->kernels()[i];
      CHECK(std::count(parts.kernels.begin(), parts.kernels.end(), one) == 1);
      CHECK(tx->kernel_hash(i) == one.hash());
      CHECK(tx->kernel_hashes()[i] == one.hash());
    }
  }
}

TEST_CASE("the lists of a transaction are forward ranges, sorted by hash") {
  const auto tx = read(some_draft(), 1000);
  const auto ids = tx->kernel_hashes();
  static_assert(std::forward_iterator<decltype(ids.begin())>);
  CHECK(std::distance(ids.begin(), ids.end()) == 3);
  CHECK(std::is_sorted(ids.begin(), ids.end()));
  CHECK_FALSE(ids.empty());
}

TEST_CASE("a transaction keeps its bytes as received, apart from the buffer they were read from") {
  bytes body = written(some_draft(), 3);
  const bytes copy = body;
  const auto tx = read(body, speaking(3));
  std::fill(body.begin(), body.end(), std::byte{0xee});
  CHECK(std::equal(copy.begin(), copy.end(), tx->raw_bytes().begin(), tx->raw_bytes().end()));
}

TEST_CASE("a transaction has the same kernel hashes at every version") {
  const draft parts = some_draft();
  const auto first = read(parts, 1);
  const auto ids = first->kernel_hashes();
  for (const std::uint32_t version : {2u, 3u, 1000u}) {
    const auto other = read(parts, version);
    const auto others = other->kernel_hashes();
    CHECK(std::equal(ids.begin(), ids.end(), others.begin(), others.end()));
  }
}

TEST_CASE("the hash of a transaction is that of its bytes at the latest version, and covers every part") {
  draft parts = some_draft(1, 20, 2);
  const hash id = blake2b(written(parts, 1000));
  for (const std::uint32_t version : versions) CHECK(read(parts, version)->hash() == id);
  const bytes valid = written(parts, 1000);
  const std::size_t proof = 56 + 20 * commitment::size + 1 + commitment::size + 8;
  const std::size_t signature = valid.size() - 1;
  for (const std::size_t part : {std::size_t{0}, proof, signature}) {
    bytes copy = valid;
    copy[part] ^= std::byte{1};
    const auto tx = decode<message_type>(copy, speaking(1000));
    if (tx) CHECK(tx->tx->hash() != id);  // another signature may change the order of kernels
    else CHECK(part == signature);
  }
}

TEST_CASE("a transaction is encoded for a version as if it had been made at that version") {
  const draft parts = some_draft(1, 20, 2);  // so many inputs that no order is sorted at every version
  for (const std::uint32_t from : versions) {
    const auto tx = read(parts, from);
    for (const std::uint32_t to : versions) {
      if (from >= 3 && to <= 2) continue;
      const auto made = tx->encode({to});
      REQUIRE(made.has_value());
      CHECK(to_hex(made->view()) == to_hex(written(parts, to)));
      CHECK(tx->size({to}) == made->size());
      CHECK(read(bytes(made->view().begin(), made->view().end()), speaking(to)) != nullptr);
    }
  }
}

TEST_CASE("encoding in the form it came in copies nothing and shares its bytes") {
  auto tx = read(some_draft(), 1000);
  const auto made = tx->encode({3});
  CHECK(made->data() == tx->raw_bytes().data());
  const std::weak_ptr<const transaction> watch = tx;
  tx.reset();
  CHECK_FALSE(watch.expired());
  CHECK(to_hex(made->view()) == to_hex(written(some_draft(), 3)));
}

TEST_CASE("a transaction whose inputs have no features cannot be encoded for version 2 or below") {
  const auto tx = read(some_draft(), 3);
  for (const std::uint32_t version : {0u, 1u, 2u}) {
    const auto made = tx->encode({version});
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().code == encode_errc::inputs_lack_features);
    CHECK(std::string_view{made.error().field} == "inputs");
  }
}

TEST_CASE("a transaction without inputs can be encoded for any version") {
  const draft parts = some_draft(4, 0, 1);
  for (const std::uint32_t from : versions) {
    for (const std::uint32_t to : versions) {
      CHECK(to_hex(read(parts, from)->encode({to})->view()) == to_hex(written(parts, to)));
    }
  }
}

TEST_CASE("a transaction cut short anywhere is an error with a field name") {
  const draft parts = some_draft(2, 2, 1);
  for (const std::uint32_t version : versions) {
    check_truncations<message_type>(written(parts, version), speaking(version));
  }
}

TEST_CASE("the error of a list that is cut short has the index of the element") {
  const bytes body = written(some_draft(), 1000);
  const std::size_t cut = 56 + 3 * 33 + 717 + 5;
  const auto got = decode<message_type>(bytes_view{body}.first(cut), speaking(1000));
  REQUIRE_FALSE(got.has_value());
  CHECK(to_string(got.error()) == "transaction.outputs[1].commitment at byte 873: unexpected end");
}

TEST_CASE("a byte after the last kernel is refused") {
  for (const std::uint32_t version : versions) {
    bytes body = written(some_draft(), version);
    body.push_back(std::byte{0});
    check_refused(body, speaking(version), decode_errc::trailing_bytes, "end");
  }
}

TEST_CASE("decoding consumes all bytes of the reader, or is an error") {
  bytes body = written(some_draft(), 3);
  body.push_back(std::byte{0});
  reader in{body, speaking(3)};
  CHECK(transaction::read(in) == nullptr);
  CHECK(in.error().code == decode_errc::trailing_bytes);
}

TEST_CASE("with any single bit changed a transaction is refused or reads back as it is") {
  const draft parts = some_draft(6, 2, 1);
  for (const std::uint32_t version : {1u, 2u, 1000u}) {
    const bytes valid = written(parts, version);
    for (std::size_t bit = 0; bit < 8 * valid.size(); ++bit) {
      bytes changed = valid;
      changed[bit / 8] ^= std::byte{1} << (bit % 8);
      const auto got = decode<message_type>(changed, speaking(version));
      if (got) REQUIRE(to_hex(got->tx->encode({version})->view()) == to_hex(changed));
    }
  }
}

}  // namespace transaction_test
