// Grin's own code wrote these transactions: we must read, hash and write them as it does.
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/wire/grin_messages.hpp>
#include <pappus/wire/hex.hpp>
#include <pappus/wire/network.hpp>

using namespace pappus;

namespace {

constexpr std::uint32_t versions[] = {1, 2, 3, 1000};
constexpr const char* names[] = {"two_outputs", "height_locked", "no_recent_duplicate", "three_inputs", "aggregate"};

std::vector<std::string> lines_of(const std::string& file) {
  std::ifstream in{PAPPUS_TEST_DATA "/grin/" + file};
  REQUIRE_MESSAGE(in.is_open(), file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

wire::bytes body_of(const std::string& name, std::uint32_t version) {
  const auto lines = lines_of(name + ".v" + std::to_string(version) + ".hex");
  REQUIRE(lines.size() == 1);
  auto raw = wire::bytes_from_hex(lines.front());
  REQUIRE(raw);
  return std::move(*raw);
}

wire::transaction_ptr read_at(const std::string& name, std::uint32_t version) {
  const wire::dialect spoken{{version}, wire::parameters_of(wire::chain::usernet).limits};
  auto read = wire::decode<wire::messages::transaction>(body_of(name, version), spoken);
  REQUIRE_MESSAGE(read, (read ? std::string{} : to_string(read.error())));
  return read->tx;
}

}  // namespace

TEST_CASE("Grin's transactions are read at every version, with the kernel hashes that Grin computes") {
  for (const std::string name : names) {
    const auto kernels = lines_of(name + ".kernels");
    for (const std::uint32_t version : versions) {
      CAPTURE(name);
      CAPTURE(version);
      const auto tx = read_at(name, version);
      std::vector<std::string> ours;
      for (const wire::hash& kernel : tx->kernel_ids()) ours.push_back(to_string(kernel));
      CHECK(ours == kernels);
    }
  }
}

TEST_CASE("a transaction read at one version is written at another as Grin writes it, byte for byte") {
  for (const std::string name : names) {
    for (const std::uint32_t from : versions) {
      const auto tx = read_at(name, from);
      for (const std::uint32_t to : versions) {
        CAPTURE(name);
        CAPTURE(from);
        CAPTURE(to);
        const auto written = tx->encode({to});
        const bool lacks_features = from >= 3 && to <= 2;
        REQUIRE(written.has_value() != lacks_features);
        if (!written) continue;
        const wire::bytes_view ours = written->view();
        CHECK(wire::bytes(ours.begin(), ours.end()) == body_of(name, to));
      }
    }
  }
}

TEST_CASE("the genesis hashes are those that Grin computes") {
  for (const std::string& line : lines_of("genesis")) {
    const std::size_t space = line.find(' ');
    const auto which = wire::chain_named(std::string_view{line}.substr(0, space));
    REQUIRE_MESSAGE(which, line);
    CHECK(to_string(wire::parameters_of(*which).genesis) == line.substr(space + 1));
  }
}
