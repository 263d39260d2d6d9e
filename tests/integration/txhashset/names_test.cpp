// File names in archives: valid ones, and those that belong to a txhashset.
#include <optional>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <pappus/integration/txhashset/limits.hpp>
#include <pappus/integration/txhashset/names.hpp>

namespace txhashset_names_test {

using namespace pappus;
using namespace integration;
using namespace std::string_view_literals;

TEST_CASE("a name must be below the folder") {
  for (const auto valid : {"a"sv, "kernel/pmmr_data.bin"sv, "a..b"sv, "..a/b.."sv, ".hidden"sv, "A-9_z"sv}) {
    CAPTURE(valid);
    CHECK(check_name(valid) == std::nullopt);
  }
  for (const auto climbing : {".."sv, "../a"sv, "a/../../b"sv, "a/.."sv, "..\\a"sv, "a\\..\\b"sv}) {
    CAPTURE(climbing);
    CHECK(check_name(climbing) == archive_errc::path_traversal);
  }
  for (const auto absolute : {"/"sv, "/etc/passwd"sv, "\\windows"sv, "\\\\host\\share"sv, "c:"sv, "C:\\a"sv, "c:a"sv}) {
    CAPTURE(absolute);
    CHECK(check_name(absolute) == archive_errc::absolute_path);
  }
  for (const auto odd : {""sv, "a\0b"sv, "a\\b"sv, "a//b"sv, "a/"sv, "./a"sv, "a/."sv, "a b"sv, "a\nb"sv, "ab:c"sv,
                         "caf\xc3\xa9"sv, "\x80"sv, "ab:stream"sv, "a*"sv}) {
    CAPTURE(odd);
    CHECK(check_name(odd) == archive_errc::invalid_name);
  }
  CHECK(check_name(std::string(limits::max_archive_name_length, 'a')) == std::nullopt);
  CHECK(check_name(std::string(limits::max_archive_name_length + 1, 'a')) == archive_errc::invalid_name);
}

TEST_CASE("the files of a txhashset are allowed, with the leaves of its block or of any") {
  const auto block = wire::hash::from_hex("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");
  REQUIRE(block.has_value());
  const auto files = txhashset_files(*block);
  CHECK(files.size() == 10);
  CHECK(files.back() == "rangeproof/pmmr_leaf.bin.001122334455");
  for (const std::string& each : files) {
    CAPTURE(each);
    CHECK(check_name(each) == std::nullopt);
    CHECK(is_allowed(each, txhashset_names(*block)));
    CHECK(is_allowed(each, txhashset_names()));
    CHECK_FALSE(is_allowed(each + "0", txhashset_names()));
    CHECK_FALSE(is_allowed("x" + each, txhashset_names()));
  }
  CHECK(is_allowed("output/pmmr_leaf.bin.fedcba987654", txhashset_names()));
  CHECK_FALSE(is_allowed("output/pmmr_leaf.bin.fedcba987654", txhashset_names(*block)));
  CHECK_FALSE(is_allowed("output/pmmr_leaf.bin.FEDCBA987654", txhashset_names()));
  CHECK_FALSE(is_allowed("output/pmmr_leaf.bin.fedcba98765", txhashset_names()));
  CHECK_FALSE(is_allowed("output/pmmr_leaf.bin.", txhashset_names()));
  CHECK_FALSE(is_allowed("kernel/pmmr_prun.bin", txhashset_names()));
}

}  // namespace txhashset_names_test
