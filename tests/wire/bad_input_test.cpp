// Every message that Grin wrote, cut short anywhere and with something behind it, is refused by name.
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/wire/grin_messages.hpp>

#include "wire/samples.hpp"

using namespace samples;

namespace {

struct golden {
  std::string path;
  std::string message;
  std::uint32_t version;
  chain network;
  bytes body;
};

/// The version in a name such as `full.v2.hex`; any, if it says none.
std::uint32_t version_in(const std::string& file) {
  const std::size_t at = file.find(".v");
  return at == std::string::npos ? 1000 : static_cast<std::uint32_t>(std::stoul(file.substr(at + 2)));
}

std::vector<golden> all_vectors() {
  std::vector<golden> found;
  const std::filesystem::path folder{PAPPUS_TEST_DATA "/grin/messages"};
  for (const auto& entry : std::filesystem::recursive_directory_iterator{folder}) {
    if (entry.path().extension() != ".hex") continue;
    std::ifstream in{entry.path()};
    std::string hex;
    in >> hex;
    const auto message = entry.path().parent_path();
    found.push_back({entry.path().string(), message.filename().string(), version_in(entry.path().filename().string()),
                     chain_named(message.parent_path().filename().string()).value(), from_hex(hex)});
  }
  std::ranges::sort(found, {}, &golden::path);
  return found;
}

std::optional<decode_error> fault_of(const golden& of, bytes_view body) {
  const frame whole{{grin_messages::code_of(of.message).value(), body.size()}, true, body};
  const auto read = grin_messages::dispatch(whole, speaking(of.version, of.network), [](const auto&) {});
  return read ? std::nullopt : std::optional{read.error()};
}

/// Each place in a small body, and in a large one each of the first and last, and some in between.
std::vector<std::size_t> cuts_of(std::size_t size) {
  std::vector<std::size_t> cuts;
  for (std::size_t cut = 0; cut < size;) {
    cuts.push_back(cut);
    cut += cut < 600 || cut + 100 > size ? 1 : 37;
  }
  return cuts;
}

}  // namespace

TEST_CASE("each message cut anywhere is refused, with its name and a place in it") {
  std::set<std::string> seen;
  for (const golden& one : all_vectors()) {
    REQUIRE_FALSE(fault_of(one, one.body).has_value());
    seen.insert(one.message);
    if (one.message == "ban_reason") continue;  // whose missing bytes stand for zero
    for (const std::size_t cut : cuts_of(one.body.size())) {
      const auto fault = fault_of(one, bytes_view{one.body}.first(cut));
      REQUIRE_MESSAGE(fault.has_value(), one.path);
      REQUIRE(one.message == fault->message);
      REQUIRE(fault->fault == decode_fault::unexpected_end);
      REQUIRE(fault->offset <= cut);
    }
  }
  CHECK(seen.size() == 26);  // all but Error, which carries nothing, and the transactions
}

TEST_CASE("each message with something behind it is refused") {
  for (golden one : all_vectors()) {
    if (one.message == "ban_reason") continue;
    one.body.push_back(std::byte{0});
    const auto fault = fault_of(one, one.body);
    REQUIRE_MESSAGE(fault.has_value(), one.path);
    CHECK(fault->fault == decode_fault::trailing_bytes);
    CHECK(fault->offset == one.body.size() - 1);
  }
}
