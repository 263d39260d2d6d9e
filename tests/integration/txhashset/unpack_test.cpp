// Unpacking of archives from strangers: the right files, or none.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <zip.h>

#include <pappus/integration/txhashset/unpack.hpp>

#include "integration/txhashset/files.hpp"
#include "integration/txhashset/handmade_zip.hpp"

namespace txhashset_unpack_test {

using namespace pappus;
using namespace integration;
using support::handmade_zip;
using support::read_file;
using support::temporary_folder;
using support::things_in;
using support::write_file;
using support::zip_item;

namespace fs = std::filesystem;

namespace {

/// Options that allow files of these names, or as the test changes them.
std::vector<allowed_name> some_names() { return {{"a", 0}, {"b", 0}, {"kernel/c.bin", 0}, {"d.", 4}}; }

/// Writes archives, and unpacks them.
class bench {
public:
  result<unpacked_folder, archive_error> unpack(const std::string& bytes, const unpack_limits& limits = {}) {
    write_file(zip(), bytes);
    work_progress progress;
    return integration::unpack(zip(), into(), some_names(), limits, progress);
  }

  /// The error; none if it is unpacked. Without unpacking it the same is found.
  std::optional<archive_errc> refusal(const std::string& bytes, const unpack_limits& limits = {}) {
    const auto unpacked = unpack(bytes, limits);
    work_progress progress;
    const auto verified = verify_archive(zip(), some_names(), limits, progress);
    const bool concerns_disk = !unpacked && unpacked.error().code == archive_errc::disk_full;
    if (!concerns_disk) CHECK(verified.has_value() == unpacked.has_value());
    if (unpacked) return std::nullopt;
    if (!concerns_disk && !verified) CHECK(verified.error().code == unpacked.error().code);
    CHECK_FALSE(fs::exists(into()));
    CHECK(things_in(folder_.file("")) == 1);  // no other files exist
    return unpacked.error().code;
  }
  std::optional<archive_errc> refusal(zip_item what, const unpack_limits& limits = {}) {
    return refusal(handmade_zip{{std::move(what)}}.bytes(), limits);
  }

  [[nodiscard]] std::string zip() const { return folder_.file("zip"); }
  [[nodiscard]] std::string into() const { return folder_.file("out"); }

private:
  temporary_folder folder_;
};

/// An archive of one file, compressed by libzip.
std::string deflated(const std::string& name, const std::string& content) {
  const temporary_folder folder;
  zip_t* const made = zip_open(folder.file("zip").c_str(), ZIP_CREATE, nullptr);
  REQUIRE(made != nullptr);
  zip_source_t* const source = zip_source_buffer(made, content.data(), content.size(), 0);
  REQUIRE(zip_file_add(made, name.c_str(), source, 0) == 0);
  REQUIRE(zip_close(made) == 0);
  return read_file(folder.file("zip"));
}

/// The same file written by hand, to be changed.
zip_item deflated_item(const std::string& name, const std::string& content) {
  constexpr std::size_t header = 30;
  const std::string whole = deflated(name, content);
  const auto byte = [&whole](std::size_t at) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(whole[at]));
  };
  const std::uint32_t packed = byte(18) | byte(19) << 8U | byte(20) << 16U | byte(21) << 24U;
  zip_item item{name, whole.substr(header + name.size(), packed)};
  item.method = ZIP_CM_DEFLATE;
  item.crc = support::crc32(content);
  item.bytes = static_cast<std::uint32_t>(content.size());
  return item;
}

}  // namespace

TEST_CASE("archives of other programs are unpacked: stored or deflated, small or large, with a comment") {
  const std::string text(1'000, 'x');
  for (const bool far : {false, true}) {
    CAPTURE(far);
    bench at;
    handmade_zip zip{{zip_item{"a", ""}, deflated_item("kernel/c.bin", text), zip_item{"d.00ff"}}};
    zip.far = far;
    zip.comment = "zip-rs";
    const auto unpacked = at.unpack(zip.bytes());
    REQUIRE(unpacked.has_value());
    CHECK(unpacked->files() == std::vector<std::string>{"a", "kernel/c.bin", "d.00ff"});
    CHECK(read_file(at.into() + "/a").empty());
    CHECK(read_file(at.into() + "/kernel/c.bin") == text);
    CHECK(read_file(at.into() + "/d.00ff") == "content");
    CHECK(things_in(at.into()) == 4);
  }
}

TEST_CASE("unpacked files are removed unless they are taken") {
  bench at;
  const std::string zip = handmade_zip{{zip_item{"a"}}}.bytes();
  { const auto dropped = at.unpack(zip); }
  CHECK_FALSE(fs::exists(at.into()));
  CHECK(at.unpack(zip).value().release() == at.into());
  CHECK(read_file(at.into() + "/a") == "content");
}

TEST_CASE("a file name with path traversal is refused") {
  bench at;
  for (const char* const name : {"../a", "kernel/../../a", "..", "..\\a"}) {
    CHECK(at.refusal(zip_item{name}) == archive_errc::path_traversal);
  }
  for (const char* const name : {"/etc/a", "\\a", "c:a", "C:\\a", "\\\\host\\a"}) {
    CHECK(at.refusal(zip_item{name}) == archive_errc::absolute_path);
  }
  for (const std::string& name : {std::string{"kernel\\c.bin"}, std::string{"a\0b", 3}, std::string{"kernel//c.bin"},
                                  std::string{"./a"}, std::string{"a/"}, std::string{}, std::string(300, 'a')}) {
    CHECK(at.refusal(zip_item{name}) == archive_errc::invalid_name);
  }
  for (const char* const name : {"A", "c", "aa", "d.", "d.00f", "d.00FF", "d.00ff0", "kernel", "kernel/c.bin/a"}) {
    CHECK(at.refusal(zip_item{name}) == archive_errc::unexpected_name);
  }
}

TEST_CASE("one invalid file among valid ones is enough, at any position") {
  for (std::size_t bad = 0; bad != 3; ++bad) {
    bench at;
    handmade_zip zip{{zip_item{"a"}, zip_item{"b"}, zip_item{"kernel/c.bin"}}};
    zip.items[bad].name = "../x";
    CHECK(at.refusal(zip.bytes()) == archive_errc::path_traversal);
  }
}

TEST_CASE("two files with one name are refused, also if they differ in case") {
  bench at;
  CHECK(at.refusal(handmade_zip{{zip_item{"a"}, zip_item{"a"}}}.bytes()) == archive_errc::duplicate_name);
  CHECK(at.refusal(handmade_zip{{zip_item{"a"}, zip_item{"b"}, zip_item{"A"}}}.bytes()) ==
        archive_errc::duplicate_name);
}

TEST_CASE("links, folders and devices are refused") {
  bench at;
  for (const std::uint32_t mode : {0120777U, 0040755U, 0020666U, 0060666U, 0010666U, 0140777U}) {
    zip_item item{"a", "/etc/passwd"};
    item.attributes = mode << 16U;
    CHECK(at.refusal(item) == archive_errc::not_a_file);
  }
  for (const std::uint32_t dos : {0x10U, 0x08U, 0x400U}) {
    zip_item item{"a"};
    item.attributes = dos;
    CHECK(at.refusal(item) == archive_errc::not_a_file);
  }
}

TEST_CASE("encryption and other compression methods are refused") {
  bench at;
  for (const int bit : {0, 6, 13}) {
    zip_item item{"a", std::string(100, 'x')};
    item.flags = static_cast<std::uint16_t>(1 << bit);
    CHECK(at.refusal(item) == archive_errc::encrypted);
  }
  for (const int method : {1, 9, 12, 14, 93, 95, 99}) {
    zip_item item{"a"};
    item.method = static_cast<std::uint16_t>(method);
    CHECK(at.refusal(item) == archive_errc::unknown_method);
  }
}

TEST_CASE("zip bombs are refused before a byte is unpacked") {
  bench at;
  const std::string zeros(3'000'000, '\0');
  CHECK(at.refusal(deflated("a", zeros)) == archive_errc::zip_bomb);
  unpack_limits limits;
  limits.ratio = 10'000;
  CHECK(at.refusal(deflated("a", zeros), limits) == std::nullopt);
  limits.bytes = zeros.size() - 1;
  CHECK(at.refusal(deflated("a", zeros), limits) == archive_errc::too_large);

  SUBCASE("also when files share their bytes") {
    zip_item inner{"b", std::string(1000, 'x')};
    const zip_item outer{"a", handmade_zip::local(inner)};
    inner.offset = 31;
    const auto unpacked = at.unpack(handmade_zip{{outer, inner}}.bytes());
    REQUIRE_FALSE(unpacked.has_value());
    CHECK(to_string(unpacked.error()) == "damaged: files overlap: b");
  }
}

TEST_CASE("a false declared size is noticed") {
  bench at;
  const std::string half = support::noise_text(500, 1);
  const std::string text = half + half;
  for (const std::uint32_t lie : {0U, 1U, 999U, 1001U, 2000U}) {
    CAPTURE(lie);
    zip_item item = deflated_item("a", text);
    item.bytes = lie;
    CHECK(at.refusal(item) == archive_errc::wrong_size);
  }
  zip_item stored{"a", text};
  stored.bytes = 2000;
  CHECK(at.refusal(stored) == archive_errc::wrong_size);
  zip_item endless{"a", text};
  endless.bytes = endless.packed = 0xfffffffe;
  CHECK(at.refusal(endless) == archive_errc::damaged);
  zip_item inflated = deflated_item("a", text);
  inflated.bytes = 0xfffffffe;
  CHECK(at.refusal(inflated) == archive_errc::zip_bomb);
}

TEST_CASE("a wrong checksum is noticed") {
  bench at;
  zip_item stored{"a", support::noise_text(300'000, 1)};
  stored.crc = 1;
  CHECK(at.refusal(stored) == archive_errc::wrong_checksum);
  zip_item inflated = deflated_item("a", std::string(1'000, 'x'));
  inflated.crc = 1;
  CHECK(at.refusal(inflated) == archive_errc::wrong_checksum);
}

TEST_CASE("too many files are refused, before libzip allocates for them") {
  bench at;
  std::vector<zip_item> many;
  for (std::size_t i = 0; i <= limits::max_archive_files; ++i) many.emplace_back("a" + std::to_string(i));
  CHECK(at.refusal(handmade_zip{many}.bytes()) == archive_errc::too_many_files);
  handmade_zip zip{{zip_item{"a"}}};
  zip.far = true;
  for (const std::uint64_t count : {std::uint64_t{65}, std::uint64_t{1} << 40U, ~std::uint64_t{0}}) {
    zip.count = count;
    CHECK(at.refusal(zip.bytes()) == archive_errc::too_many_files);
  }
  zip.count = 2;
  CHECK(at.refusal(zip.bytes()) == archive_errc::damaged);
}

TEST_CASE("a second end record, by which libzip would find other files, is refused") {
  bench at;
  handmade_zip hidden{{zip_item{"../x"}}};
  hidden.far = true;
  hidden.count = std::uint64_t{1} << 40U;
  handmade_zip zip{{zip_item{"a", hidden.bytes()}}};
  CHECK(at.refusal(zip.bytes()) == archive_errc::damaged);
  hidden.far = false;
  hidden.count.reset();
  zip.comment = hidden.bytes();
  CHECK(at.refusal(zip.bytes()) == archive_errc::damaged);
}

TEST_CASE("an archive that is cut short anywhere is refused") {
  bench at;
  const std::string whole = handmade_zip{{zip_item{"a"}, deflated_item("b", std::string(100, 'x'))}}.bytes();
  REQUIRE(at.refusal(whole) == std::nullopt);
  for (std::size_t size = 0; size != whole.size(); ++size) {
    CAPTURE(size);
    CHECK(at.refusal(whole.substr(0, size)) == archive_errc::damaged);
  }
  CHECK(at.refusal(whole + "x") == archive_errc::damaged);
  CHECK(at.refusal(whole.substr(1)) == archive_errc::damaged);
}

TEST_CASE("with any bit changed, unpacking gives the right files or none") {
  bench at;
  const std::string text(100, 'x');
  for (const bool far : {false, true}) {
    handmade_zip zip{{zip_item{"a"}, deflated_item("b", text)}};
    zip.far = far;
    std::string whole = zip.bytes();
    std::size_t refused = 0;
    for (std::size_t i = 0; i != 8 * whole.size(); ++i) {
      CAPTURE(i);
      whole[i / 8] = static_cast<char>(whole[i / 8] ^ (1 << i % 8));
      const auto unpacked = at.unpack(whole);
      whole[i / 8] = static_cast<char>(whole[i / 8] ^ (1 << i % 8));
      refused += unpacked ? 0 : 1;
      if (!unpacked) continue;
      for (const std::string& each : unpacked->files()) {
        CHECK(read_file(at.into() + "/" + each) == (unpacked->files()[0] == each ? "content" : text));
      }
    }
    CHECK(refused > 4 * whole.size());  // most bits matter
    CHECK(refused < 8 * whole.size());  // those of times do not
  }
}

TEST_CASE("the configured space is left free on the disk") {
  bench at;
  unpack_limits limits;
  limits.min_free_space = std::numeric_limits<std::uint64_t>::max();
  CHECK(at.refusal(zip_item{"a"}, limits) == archive_errc::disk_full);
}

TEST_CASE("stopped unpacking leaves no file") {
  const temporary_folder folder;
  const handmade_zip zip{{zip_item{"a"}, zip_item{"b", std::string(1'000'000, 'x')}}};
  write_file(folder.file("zip"), zip.bytes());
  work_progress* told = nullptr;
  work_progress progress{[&] {
    if (told->bytes() > 100'000) told->cancel();
  }};
  told = &progress;
  const auto unpacked = unpack(folder.file("zip"), folder.file("out"), some_names(), {}, progress);
  REQUIRE_FALSE(unpacked.has_value());
  CHECK(unpacked.error().code == archive_errc::abandoned);
  CHECK(progress.bytes() < 1'000'000);
  CHECK(things_in(folder.file("")) == 1);
}

TEST_CASE("an existing folder is refused") {
  const temporary_folder folder;
  write_file(folder.file("zip"), handmade_zip{{zip_item{"a"}}}.bytes());
  write_file(folder.file("out/a"), "mine");
  work_progress progress;
  const auto unpacked = unpack(folder.file("zip"), folder.file("out"), some_names(), {}, progress);
  REQUIRE_FALSE(unpacked.has_value());
  CHECK(unpacked.error().code == archive_errc::unwritable);
  CHECK(read_file(folder.file("out/a")) == "mine");
}

TEST_CASE("a missing file, and one that is not an archive, are refused") {
  bench at;
  CHECK(at.refusal(std::string{}) == archive_errc::damaged);
  CHECK(at.refusal(support::noise_text(200'000, 1)) == archive_errc::damaged);
  const temporary_folder folder;
  work_progress progress;
  const auto unpacked = unpack(folder.file("none"), folder.file("out"), some_names(), {}, progress);
  REQUIRE_FALSE(unpacked.has_value());
  CHECK(unpacked.error().code == archive_errc::unreadable);
}

}  // namespace txhashset_unpack_test
