// Archives that cannot be packed, and a service that ends while it packs.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "integration/txhashset/files.hpp"
#include "integration/txhashset/service_bench.hpp"

namespace txhashset_service_failures_threads_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace integration;
using namespace archive_services;
using support::things_in;

TEST_CASE("when packing fails all readers fail, and the next request packs the archive again") {
  service_bench at;
  blocked_files files{at};
  *files.listed[1].bytes += 1;  // more bytes than there are
  auto script = [](service_bench* on, blocked_files* held) -> task<void> {
    auto what = on->order(held->listed);
    auto given = co_await open(&*on->service, std::move(what));
    REQUIRE(given.has_value());
    auto joins = on->service->find(given->description.block);
    REQUIRE(joins.has_value());
    held->unblock();
    for (io::stream* each : {given->content.get(), joins->content.get()}) {
      std::string begun;
      std::error_code end;
      co_await read_all(each, 50'000, &begun, &end);
      CHECK(end == std::errc::io_error);
      CHECK(begun.size() <= blocked_files::first_entry);
    }
    CHECK(on->service->statistics().failed == 1);
    CHECK_FALSE(on->service->find(given->description.block).has_value());
    auto again = on->order({held->listed[0]});
    auto repeated = co_await open(&*on->service, std::move(again));
    CHECK(repeated.has_value());
  };
  at.loop.run(script(&at, &files));
  CHECK(std::ranges::any_of(at.reports, [](const archive_report& each) {
    return each.failed && each.failed->code == archive_errc::unreadable;
  }));
}

TEST_CASE("a request for an archive that cannot be packed fails with the reason") {
  service_bench at;
  auto script = [](service_bench* on) -> task<void> {
    auto nothing = on->order({});
    auto none = co_await open(&*on->service, std::move(nothing));
    REQUIRE_FALSE(none.has_value());
    CHECK(none.error().code == archive_errc::unreadable);
    archive_job throws;
    throws.files = []() -> std::vector<zip_entry> { throw std::runtime_error{"no snapshot"}; };
    auto thrown = co_await open(&*on->service, std::move(throws));
    REQUIRE_FALSE(thrown.has_value());
    CHECK(to_string(thrown.error()) == "unreadable: no snapshot");
  };
  at.loop.run(script(&at));
  CHECK(things_in(at.cache()) == 0);

  service_bench full{1h, std::uint64_t{1} << 62U};
  write_file(full.folder.file("a"), "content");
  auto no_room = [](service_bench* on) -> task<void> {
    auto what = on->order({{"a", on->folder.file("a")}});
    auto none = co_await open(&*on->service, std::move(what));
    REQUIRE_FALSE(none.has_value());
    CHECK(none.error().code == archive_errc::disk_full);
  };
  full.loop.run(no_room(&full));
}

TEST_CASE("destroying the service stops packing and removes the file; files of an earlier run are removed") {
  service_bench at;
  blocked_files files{at};
  write_file(at.cache() + "/txhashset.0123.7.zip", "left by a killed process");
  write_file(at.cache() + "/something else", "of somebody else");
  auto script = [](service_bench* on, blocked_files* held) -> task<void> {
    auto what = on->order(held->listed);
    auto given = co_await open(&*on->service, std::move(what));
    REQUIRE(given.has_value());
    CHECK_FALSE(std::filesystem::exists(on->cache() + "/txhashset.0123.7.zip"));
    on->service.reset();
    held->unblock();
    std::string begun;
    std::error_code end;
    co_await read_all(given->content.get(), 50'000, &begun, &end);
    CHECK(end == std::errc::io_error);
    CHECK(begun.size() < given->description.bytes);
  };
  at.loop.run(script(&at, &files));
  CHECK(things_in(at.cache()) == 1);
}

}  // namespace txhashset_service_failures_threads_test
