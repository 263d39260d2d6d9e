// Downloads of archives: stored within limits, and unpacked, or removed completely.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/scope.hpp>
#include <pappus/coro/yield.hpp>
#include <pappus/integration/txhashset/archive_download.hpp>
#include <pappus/integration/txhashset/pack.hpp>
#include <pappus/uv/loop.hpp>

#include "integration/txhashset/files.hpp"
#include "integration/txhashset/handmade_zip.hpp"

namespace txhashset_archive_download_threads_test {

using namespace pappus;
using namespace integration;
using support::chain_files;
using support::handmade_zip;
using support::read_file;
using support::temporary_folder;
using support::things_in;
using support::write_file;
using support::zip_item;

namespace {

struct bench {
  bench() {
    how.folder = folder.file("incoming");
    how.max_bytes = 10'000'000;
    how.unpacked.min_free_space = 0;
    how.progress = [this](const archive_download_report& report) { reports.push_back(report); };
  }

  temporary_folder folder;
  uv::loop loop;
  archive_download_options how;
  std::vector<archive_download_report> reports;
};

task<std::error_code> write_text(io::stream* to, const std::string* text, std::size_t piece) {
  for (std::size_t at = 0; at < text->size(); at += piece) {
    const std::string some = text->substr(at, piece);
    const auto written = co_await to->write_all(std::as_bytes(std::span{some}));
    if (!written) co_return written.error();
  }
  co_return std::error_code{};
}

std::string packed(const bench& at, const chain_files& chain) {
  const auto plan = plan_archive(chain.listed);
  REQUIRE(plan.has_value());
  work_progress progress;
  REQUIRE(pack(*plan, at.folder.file("zip"), progress).has_value());
  return read_file(at.folder.file("zip"));
}

/// Waits until the folder is empty; a worker removes the files.
task<void> until_gone(const bench* at) {
  while (!std::filesystem::is_empty(at->how.folder)) co_await coro::yield();
}

}  // namespace

TEST_CASE("an archive that arrives in pieces is unpacked to its files, with reports of its progress") {
  for (const std::size_t piece : {std::size_t{1'000}, std::size_t{262'144}, std::size_t{10'000'000}}) {
    CAPTURE(piece);
    bench at;
    const chain_files chain{at.folder};
    const std::string zip = packed(at, chain);
    auto script = [](bench* on, const chain_files* of, const std::string* bytes, std::size_t size) -> task<void> {
      auto incoming = co_await archive_download::open(on->loop, on->how);
      REQUIRE(incoming.has_value());
      io::stream_ptr into = (*incoming)->sink();
      const std::error_code failed = co_await write_text(into.get(), bytes, size);
      CHECK_FALSE(failed);
      into.reset();
      CHECK(on->reports.back().bytes == bytes->size());
      auto unpacked = co_await (*incoming)->unpack(txhashset_names(of->block));
      REQUIRE(unpacked.has_value());
      CHECK(on->reports.back().at == archive_download_report::stage::unpacking);
      CHECK(on->reports.back().bytes == on->reports.back().total);
      const std::string path = unpacked->release();
      CHECK(of->are_in(path));
      CHECK(on->how.folder == std::filesystem::path{path}.parent_path());
      std::filesystem::remove_all(path);
      CHECK(things_in(on->how.folder) == 0);  // the archive is removed, too
    };
    at.loop.run(script(&at, &chain, &zip, piece));
  }
}

TEST_CASE("no more bytes than announced are stored") {
  bench at;
  at.how.max_bytes = 100'000;
  auto script = [](bench* on) -> task<void> {
    auto incoming = co_await archive_download::open(on->loop, on->how);
    REQUIRE(incoming.has_value());
    CHECK((*incoming)->max_bytes() == 100'000);
    io::stream_ptr into = (*incoming)->sink();
    const std::string enough(100'000, 'x');
    const std::error_code fits = co_await write_text(into.get(), &enough, 30'000);
    CHECK_FALSE(fits);
    const std::string more = "x";
    const std::error_code failed = co_await write_text(into.get(), &more, 1);
    CHECK(failed == std::errc::file_too_large);
    CHECK(on->reports.back().bytes == 100'000);
  };
  at.loop.run(script(&at));
}

TEST_CASE("a download does not start without room on the disk") {
  for (const bool min_free_space : {false, true}) {
    bench at;
    (min_free_space ? at.how.unpacked.min_free_space : at.how.max_bytes) =
        std::numeric_limits<std::uint64_t>::max() / 2;
    auto script = [](bench* on) -> task<void> {
      const auto incoming = co_await archive_download::open(on->loop, on->how);
      REQUIRE_FALSE(incoming.has_value());
      CHECK(incoming.error().code == archive_errc::disk_full);
    };
    at.loop.run(script(&at));
    CHECK(things_in(at.how.folder) == 0);
  }
}

TEST_CASE("an invalid archive leaves no file") {
  bench at;
  auto script = [](bench* on, std::string zip, archive_errc expected) -> task<void> {
    auto incoming = co_await archive_download::open(on->loop, on->how);
    REQUIRE(incoming.has_value());
    io::stream_ptr into = (*incoming)->sink();
    const std::error_code failed = co_await write_text(into.get(), &zip, 1'000);
    CHECK_FALSE(failed);
    auto unpacked = co_await (*incoming)->unpack(txhashset_names());
    REQUIRE_FALSE(unpacked.has_value());
    CHECK(unpacked.error().code == expected);
    CHECK(things_in(on->how.folder) == 0);
  };
  const std::string good = handmade_zip{{zip_item{"kernel/pmmr_data.bin"}}}.bytes();
  at.loop.run(script(&at, handmade_zip{{zip_item{"../kernel/pmmr_data.bin"}}}.bytes(), archive_errc::path_traversal));
  at.loop.run(script(&at, good.substr(0, good.size() - 1), archive_errc::damaged));
  at.loop.run(script(&at, {}, archive_errc::damaged));
}

TEST_CASE("discard completes when the archive is removed, also with its stream still open") {
  bench at;
  auto script = [](bench* on) -> task<void> {
    auto incoming = co_await archive_download::open(on->loop, on->how);
    REQUIRE(incoming.has_value());
    io::stream_ptr into = (*incoming)->sink();
    const std::string some(100'000, 'x');
    static_cast<void>(co_await write_text(into.get(), &some, 30'000));
    CHECK(things_in(on->how.folder) == 1);
    const auto discarded = co_await (*incoming)->discard();
    CHECK(discarded.has_value());
    CHECK(things_in(on->how.folder) == 0);
  };
  at.loop.run(script(&at));
}

TEST_CASE("a download that is destroyed while it runs leaves no file") {
  bench at;
  auto script = [](bench* on) -> task<void> {
    auto incoming = co_await archive_download::open(on->loop, on->how);
    REQUIRE(incoming.has_value());
    io::stream_ptr into = (*incoming)->sink();
    const std::string some(100'000, 'x');
    auto stopped = [](scope& beside, io::stream* to, const std::string* text) -> task<void> {
      auto writing = [](io::stream* stream, const std::string* of) -> task<void> {
        static_cast<void>(co_await write_text(stream, of, 100'000));
      };
      beside.spawn(writing(to, text));
      co_await coro::yield();
      beside.request_stop();
    };
    co_await with_scope(stopped, into.get(), &some);
    incoming->reset();  // before its stream
    CHECK(things_in(on->how.folder) == 1);
  };
  at.loop.run(script(&at));
  at.loop.run(until_gone(&at));
}

TEST_CASE("stopped unpacking leaves no file, whichever comes first") {
  for (int delay = 0; delay != 20; ++delay) {
    bench at;
    const chain_files chain{at.folder};
    const std::string zip = packed(at, chain);
    auto script = [](bench* on, const std::string* bytes, int turns) -> task<void> {
      auto incoming = co_await archive_download::open(on->loop, on->how);
      REQUIRE(incoming.has_value());
      io::stream_ptr into = (*incoming)->sink();
      static_cast<void>(co_await write_text(into.get(), bytes, 1'000'000));
      auto stopped = [](scope& beside, archive_download* of, int after) -> task<void> {
        auto unpacking = [](archive_download* archive) -> task<void> {
          const auto unpacked = co_await archive->unpack(txhashset_names());
          if (!unpacked) CHECK(unpacked.error().code == archive_errc::abandoned);
        };
        beside.spawn(unpacking(of));
        for (int i = 0; i <= after * 100; ++i) co_await coro::yield();
        beside.request_stop();
      };
      co_await with_scope(stopped, incoming->get(), turns);
    };
    at.loop.run(script(&at, &zip, delay));
    at.loop.run(until_gone(&at));
  }
}

TEST_CASE("files that a killed process left are removed, and no others") {
  bench at;
  write_file(at.how.folder + "/incoming.123.zip", "half of an archive");
  write_file(at.how.folder + "/incoming.123/kernel/pmmr_data.bin", "half of a file");
  write_file(at.how.folder + "/other.zip", "of somebody else");
  CHECK(at.loop.run(archive_download::remove_leftovers(at.loop, at.how.folder)).has_value());
  CHECK(things_in(at.how.folder) == 1);
}

}  // namespace txhashset_archive_download_threads_test
