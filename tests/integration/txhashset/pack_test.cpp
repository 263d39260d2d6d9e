// Packing of archives: as planned, from the beginning, and completely or not at all.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/integration/txhashset/pack.hpp>
#include <pappus/integration/txhashset/unpack.hpp>

#include "integration/txhashset/files.hpp"

namespace txhashset_pack_test {

using namespace pappus;
using namespace integration;
using support::chain_files;
using support::read_file;
using support::temporary_folder;
using support::things_in;
using support::write_file;

namespace fs = std::filesystem;

namespace {

result<void, archive_error> pack_all(const std::vector<zip_entry>& files, const std::string& target) {
  PAPPUS_TRY(plan, plan_archive(files));
  work_progress progress;
  return pack(plan, target, progress);
}

archive_errc refusal(const std::vector<zip_entry>& files) {
  const auto plan = plan_archive(files);
  REQUIRE_FALSE(plan.has_value());
  return plan.error().code;
}

}  // namespace

TEST_CASE("unpacking gives the packed files, and the archive has the planned size") {
  const temporary_folder folder;
  for (const auto size : {std::size_t{0}, std::size_t{1}, std::size_t{1000}, std::size_t{1'000'000}}) {
    CAPTURE(size);
    const chain_files chain{folder, size};
    const std::string zip = folder.file(std::to_string(size) + ".zip");
    const std::string into = folder.file("out" + std::to_string(size));
    const auto plan = plan_archive(chain.listed);
    REQUIRE(plan.has_value());
    work_progress progress;
    REQUIRE(pack(*plan, zip, progress).has_value());
    CHECK(fs::file_size(zip) == plan->bytes);
    CHECK(progress.bytes() == plan->bytes);

    work_progress unpacking;
    const auto unpacked = unpack(zip, into, txhashset_names(chain.block), {}, unpacking);
    REQUIRE(unpacked.has_value());
    CHECK(chain.are_in(into));
    CHECK(unpacked->files() == txhashset_files(chain.block));
    CHECK(unpacking.bytes() == unpacking.total());
  }
}

TEST_CASE("the final part of an archive that is being packed is a prefix of the result") {
  const temporary_folder folder;
  const chain_files chain{folder};
  const std::string zip = folder.file("zip");
  const auto plan = plan_archive(chain.listed);
  REQUIRE(plan.has_value());
  std::vector<std::string> seen;
  work_progress* told = nullptr;
  work_progress progress{[&] { seen.push_back(read_file(zip).substr(0, told->bytes())); }};
  told = &progress;
  REQUIRE(pack(*plan, zip, progress).has_value());
  const std::string whole = read_file(zip);
  CHECK(seen.size() == chain.listed.size() + 1);  // after each file, and after the directory
  std::size_t last = 0;
  for (const std::string& each : seen) {
    CHECK(each.size() > last);
    CHECK(whole.starts_with(each));
    last = each.size();
  }
  CHECK(last == whole.size());
}

TEST_CASE("an archive has neither the times nor the paths of its files") {
  const temporary_folder folder;
  const chain_files chain{folder};
  REQUIRE(pack_all(chain.listed, folder.file("one")).has_value());
  auto moved = chain.listed;
  for (zip_entry& each : moved) {
    const std::string path = folder.file("elsewhere/" + each.name);
    write_file(path, read_file(each.path));
    fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours{24 * 365});
    each.path = path;
  }
  REQUIRE(pack_all(moved, folder.file("other")).has_value());
  CHECK(read_file(folder.file("one")) == read_file(folder.file("other")));
  CHECK(read_file(folder.file("one")).find(fs::temp_directory_path().string()) == std::string::npos);
}

TEST_CASE("of a growing file only the bytes at the start, or the given number, are packed") {
  const temporary_folder folder;
  write_file(folder.file("a"), "before");
  const auto all = plan_archive({{"a", folder.file("a")}});
  const auto part = plan_archive({{"a", folder.file("a"), 3}});
  REQUIRE(all.has_value());
  REQUIRE(part.has_value());
  std::ofstream{folder.file("a"), std::ios::app} << " and after";
  work_progress progress;
  REQUIRE(pack(*all, folder.file("all"), progress).has_value());
  REQUIRE(pack(*part, folder.file("part"), progress).has_value());
  CHECK(read_file(folder.file("all")).find("before and") == std::string::npos);
  CHECK(read_file(folder.file("all")).find("before") != std::string::npos);
  CHECK(read_file(folder.file("part")).find("before") == std::string::npos);
  CHECK(read_file(folder.file("part")).find("bef") != std::string::npos);
}

TEST_CASE("an archive that cannot be packed completely leaves no file") {
  const temporary_folder folder;
  const chain_files chain{folder};
  const std::string zip = folder.file("archives/zip");
  fs::create_directories(folder.file("archives"));
  const auto plan = plan_archive(chain.listed);
  REQUIRE(plan.has_value());

  SUBCASE("it was stopped") {
    work_progress* told = nullptr;
    work_progress progress{[&] { told->cancel(); }};
    told = &progress;
    const auto packed = pack(*plan, zip, progress);
    REQUIRE_FALSE(packed.has_value());
    CHECK(packed.error().code == archive_errc::abandoned);
    CHECK(progress.bytes() > 0);
  }
  SUBCASE("a file has become shorter") {
    fs::resize_file(chain.listed[4].path, 1);
    work_progress progress;
    const auto packed = pack(*plan, zip, progress);
    REQUIRE_FALSE(packed.has_value());
    CHECK(packed.error().code == archive_errc::unreadable);
    CHECK(packed.error().detail.find("shorter") != std::string::npos);
  }
  SUBCASE("a file is missing") {
    fs::remove(chain.listed[9].path);
    work_progress progress;
    const auto packed = pack(*plan, zip, progress);
    REQUIRE_FALSE(packed.has_value());
    CHECK(packed.error().code == archive_errc::unreadable);
  }
  CHECK(things_in(folder.file("archives")) == 0);
}

TEST_CASE("an existing file is not overwritten") {
  const temporary_folder folder;
  write_file(folder.file("a"), "content");
  write_file(folder.file("zip"), "something else");
  const auto packed = pack_all({{"a", folder.file("a")}}, folder.file("zip"));
  REQUIRE_FALSE(packed.has_value());
  CHECK(packed.error().code == archive_errc::unwritable);
  CHECK(read_file(folder.file("zip")) == "something else");
}

TEST_CASE("files that would be refused when unpacked are not packed") {
  const temporary_folder folder;
  const std::string path = folder.file("a");
  write_file(path, "content");
  CHECK(refusal({}) == archive_errc::unreadable);
  CHECK(refusal({{"b", folder.file("none")}}) == archive_errc::unreadable);
  CHECK(refusal({{"../a", path}}) == archive_errc::path_traversal);
  CHECK(refusal({{"a", path}, {"a", path}}) == archive_errc::duplicate_name);
  CHECK(refusal({{"a", path, limits::max_archive_bytes}}) == archive_errc::too_large);
  std::vector<zip_entry> many;
  for (std::size_t i = 0; i <= limits::max_archive_files; ++i) many.push_back({"a" + std::to_string(i), path});
  CHECK(refusal(many) == archive_errc::too_many_files);
}

}  // namespace txhashset_pack_test
