// Packed archives are kept for a time, up to a number.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/extremes.hpp>

#include <pappus/coro/yield.hpp>
#include <pappus/io/timer.hpp>

#include "integration/txhashset/files.hpp"
#include "integration/txhashset/service_bench.hpp"

namespace txhashset_service_cache_threads_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace integration;
using namespace archive_services;
using support::things_in;

TEST_CASE("one archive is packed at a time") {
  service_bench at;
  blocked_files files{at};
  auto script = [](service_bench* on, blocked_files* held) -> task<void> {
    auto first = on->order(held->listed);
    auto given = co_await open(&*on->service, std::move(first));
    REQUIRE(given.has_value());
    auto second = on->order({{"a", held->listed[0].path}}, 2);
    auto refused = co_await open(&*on->service, std::move(second));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == archive_errc::busy);
    held->unblock();
    std::string whole;
    std::error_code end;
    co_await read_all(given->content.get(), 50'000, &whole, &end);
    while (on->service->statistics().packed == 0) co_await coro::yield();
    auto third = on->order({{"a", held->listed[0].path}}, 2);
    auto accepted = co_await open(&*on->service, std::move(third));
    CHECK(accepted.has_value());
  };
  at.loop.run(script(&at, &files));
}

TEST_CASE("an archive that is too old is packed again, and its file is removed when its last reader has ended") {
  service_bench at{0s};
  write_file(at.folder.file("a"), noise_text(500'000, 1));
  auto script = [](service_bench* on) -> task<void> {
    const std::vector<zip_entry> files{{"a", on->folder.file("a")}};
    auto what = on->order(files);
    auto first = co_await open(&*on->service, std::move(what));
    REQUIRE(first.has_value());
    while (on->service->statistics().packed == 0) co_await coro::yield();
    CHECK_FALSE(on->service->find(first->description.block).has_value());
    auto again = on->order(files);
    auto second = co_await open(&*on->service, std::move(again));
    REQUIRE(second.has_value());
    while (on->service->statistics().packed == 1) co_await coro::yield();
    CHECK(on->listings == 2);
    CHECK(things_in(on->cache()) == 2);
    std::string old;
    std::error_code end;
    co_await read_all(first->content.get(), 50'000, &old, &end);
    CHECK(old.size() == first->description.bytes);
    first->content.reset();
    second->content.reset();
    on->service.reset();
    while (things_in(on->cache()) != 0) static_cast<void>(co_await io::sleep_for(on->loop, 1ms));
  };
  at.loop.run(script(&at));
}

TEST_CASE("the maximum age of an archive may be zero or infinite") {
  for (const io::duration age : support::extremes()) {
    service_bench at{age};
    write_file(at.folder.file("a"), "a");
    auto script = [](service_bench* on) -> task<void> {
      const std::vector<zip_entry> files{{"a", on->folder.file("a")}};
      auto what = on->order(files);
      const auto first = co_await open(&*on->service, std::move(what));
      REQUIRE(first.has_value());
      while (on->service->statistics().packed == 0) co_await coro::yield();
    };
    at.loop.run(script(&at));
    CHECK(at.service->find(at.order({}).block).has_value() == (age > 0s));
  }
}

TEST_CASE("no more archives are kept than the limit, and none is removed while it is read") {
  service_bench at;
  write_file(at.folder.file("a"), noise_text(5'000, 1));
  auto script = [](service_bench* on) -> task<void> {
    const std::vector<zip_entry> files{{"a", on->folder.file("a")}};
    std::vector<io::stream_ptr> held;
    for (std::uint8_t block = 1; block <= limits::max_archives; ++block) {
      auto what = on->order(files, block);
      auto given = co_await open(&*on->service, std::move(what));
      REQUIRE(given.has_value());
      held.push_back(std::move(given->content));
      while (on->service->statistics().packed != block) co_await coro::yield();
    }
    auto one_more = on->order(files, 99);
    auto refused = co_await open(&*on->service, std::move(one_more));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == archive_errc::busy);
    held[1].reset();
    auto again = on->order(files, 99);
    auto given = co_await open(&*on->service, std::move(again));
    CHECK(given.has_value());
    wire::hash second;
    second.raw[0] = std::byte{2};
    CHECK_FALSE(on->service->find(second).has_value());
  };
  at.loop.run(script(&at));
}

}  // namespace txhashset_service_cache_threads_test
