// Transactions and genesis blocks as Grin wrote them (tests/data/grin/README.md): decoded, and encoded again byte for
// byte.
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/wire/messages/transaction.hpp>

#include "wire/samples.hpp"

namespace grin_vectors_test {

using namespace samples;

namespace {

std::vector<std::string> words_of(const std::string& file) {
  std::ifstream in{std::string{PAPPUS_TEST_DATA} + "/grin/" + file};
  REQUIRE_MESSAGE(in.good(), file);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

struct vector {
  std::string name;
  std::size_t inputs, outputs;
  std::vector<kernel_features> kernels;
};

const vector vectors[] = {
    {"two_outputs", 1, 2, {kernel_features::plain}},
    {"height_locked", 1, 1, {kernel_features::height_locked}},
    {"no_recent_duplicate", 1, 1, {kernel_features::no_recent_duplicate}},
    {"three_inputs", 3, 1, {kernel_features::plain}},
    {"aggregate", 5, 4, {kernel_features::plain, kernel_features::plain, kernel_features::height_locked}},
};

constexpr std::uint32_t written_versions[] = {1, 2, 3, 1000};

bytes body_of(const vector& one, std::uint32_t version) {
  return from_hex(words_of(one.name + ".v" + std::to_string(version) + ".hex").at(0));
}

transaction_ptr read(const vector& one, std::uint32_t version) {
  const auto got = decode<messages::transaction>(body_of(one, version), speaking(version));
  REQUIRE_MESSAGE(got.has_value(), (got ? "" : to_string(got.error())));
  return got->tx;
}

}  // namespace

TEST_CASE("Grin's transactions read at every version, with Grin's kernel hashes") {
  for (const vector& one : vectors) {
    const auto kernels = words_of(one.name + ".kernels");
    REQUIRE(kernels.size() == one.kernels.size());
    for (const std::uint32_t version : written_versions) {
      CAPTURE(one.name);
      CAPTURE(version);
      const auto tx = read(one, version);
      CHECK(tx->inputs().size() == one.inputs);
      CHECK(tx->outputs().size() == one.outputs);
      REQUIRE(tx->kernels().size() == one.kernels.size());
      std::map<kernel_features, int> balance;
      for (std::size_t i = 0; i < kernels.size(); ++i) {
        CHECK(to_string(tx->kernel_hash(i)) == kernels[i]);
        CHECK(to_string(tx->kernel(i).hash()) == kernels[i]);
        ++balance[tx->kernel(i).features];
        --balance[one.kernels[i]];
      }
      for (const auto& [features, count] : balance) CHECK(count == 0);
    }
  }
}

TEST_CASE("Grin's transactions of any version are written for any other as Grin writes them") {
  for (const vector& one : vectors) {
    for (const std::uint32_t from : written_versions) {
      const auto tx = read(one, from);
      for (const std::uint32_t to : written_versions) {
        CAPTURE(one.name);
        CAPTURE(from);
        CAPTURE(to);
        const auto made = tx->encode({to});
        if (from >= 3 && to <= 2) {
          REQUIRE_FALSE(made.has_value());
          CHECK(made.error().code == encode_errc::inputs_lack_features);
        } else {
          REQUIRE(made.has_value());
          CHECK(to_hex(made->view()) == to_hex(body_of(one, to)));
        }
      }
    }
  }
}

TEST_CASE("Grin's transactions cut short anywhere are an error with a field name") {
  for (const std::uint32_t version : written_versions) {
    check_truncations<messages::transaction>(body_of(vectors[0], version), speaking(version));
  }
}

TEST_CASE("each chain's genesis block is Grin's") {
  const auto words = words_of("genesis");
  REQUIRE(words.size() == 2 * chains.size());
  for (std::size_t i = 0; i < chains.size(); ++i) {
    CHECK(chains[i].name == words[2 * i]);
    CHECK(to_string(chains[i].genesis) == words[2 * i + 1]);
  }
}

}  // namespace grin_vectors_test
