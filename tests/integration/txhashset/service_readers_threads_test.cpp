// An archive is packed once for all peers that read it, also while it is being packed.
#include <chrono>
#include <cstddef>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/scope.hpp>
#include <pappus/coro/yield.hpp>
#include <pappus/integration/txhashset/unpack.hpp>

#include "integration/txhashset/files.hpp"
#include "integration/txhashset/service_bench.hpp"

namespace txhashset_service_readers_threads_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace integration;
using namespace archive_services;
using support::chain_files;
using support::things_in;

namespace {

/// Checks that the archive has the files of the chain.
void check_archive(const std::string& zip, const chain_files& chain) {
  const temporary_folder folder;
  write_file(folder.file("zip"), zip);
  work_progress progress;
  const auto unpacked = unpack(folder.file("zip"), folder.file("out"), txhashset_names(chain.block), {}, progress);
  REQUIRE(unpacked.has_value());
  CHECK(chain.are_in(folder.file("out")));
}

}  // namespace

TEST_CASE("an archive is packed once for all requests meanwhile and afterwards, in whatever pieces they read it") {
  service_bench at;
  const chain_files chain{at.folder, 300'000};
  auto ask_and_read = [](service_bench* on, const chain_files* of, std::size_t piece, std::string* into) -> task<void> {
    auto what = on->order(of->listed);
    auto given = co_await open(&*on->service, std::move(what));
    REQUIRE(given.has_value());
    CHECK(given->description.height == 720);
    std::error_code end;
    co_await read_all(given->content.get(), piece, into, &end);
    CHECK(end == make_error_code(errc::end_of_stream));
    CHECK(into->size() == given->description.bytes);
  };
  std::vector<std::string> heard(5);
  auto all = [&]() -> task<void> {
    return with_scope(
        [](scope& beside, service_bench* on, const chain_files* of, std::vector<std::string>* into,
           decltype(ask_and_read) one) -> task<void> {
          constexpr std::size_t pieces[]{1 << 20, 1 << 16, 10'007, 4096, 1000};
          for (std::size_t i = 0; i != into->size(); ++i) beside.spawn(one(on, of, pieces[i], &(*into)[i]));
          co_return;
        },
        &at, &chain, &heard, ask_and_read);
  };
  at.loop.run(all());
  for (const std::string& each : heard) CHECK(each == heard[0]);
  check_archive(heard[0], chain);
  std::string later;
  at.loop.run(ask_and_read(&at, &chain, 1 << 18, &later));
  CHECK(later == heard[0]);
  CHECK(at.listings == 1);
  CHECK(at.service->statistics().packed == 1);
  CHECK(at.service->statistics().served == 6);
  CHECK(things_in(at.cache()) == 1);
  REQUIRE_FALSE(at.reports.empty());
  CHECK(at.reports.back().packed == heard[0].size());
  CHECK(at.reports.back().bytes == heard[0].size());
}

TEST_CASE("an archive is read while it is being packed, and its size is known from the start") {
  service_bench at;
  blocked_files files{at};
  auto script = [](service_bench* on, blocked_files* held) -> task<void> {
    auto what = on->order(held->listed);
    auto given = co_await open(&*on->service, std::move(what));
    REQUIRE(given.has_value());
    std::vector<std::byte> first(blocked_files::first_entry);
    const auto got = co_await given->content->read_exact(first);
    CHECK(got.has_value());
    CHECK(on->service->statistics().packed == 0);
    REQUIRE_FALSE(on->reports.empty());  // before the end, and before anything was read
    CHECK(on->reports.back().bytes == given->description.bytes);
    auto joins = on->service->find(given->description.block);
    REQUIRE(joins.has_value());
    held->unblock();
    std::string begun{reinterpret_cast<const char*>(first.data()), first.size()};
    std::string whole;
    std::error_code end;
    co_await read_all(given->content.get(), 100'000, &begun, &end);
    co_await read_all(joins->content.get(), 1'000, &whole, &end);
    CHECK(begun == whole);
    CHECK(whole.size() == given->description.bytes);
    CHECK(whole.find(held->second) != std::string::npos);
  };
  at.loop.run(script(&at, &files));
  CHECK(at.service->statistics().packed == 1);
}

TEST_CASE("a reader that stops, also during a read, does not affect others") {
  service_bench at;
  blocked_files files{at};
  auto script = [](service_bench* on, blocked_files* held) -> task<void> {
    auto what = on->order(held->listed);
    auto stays = co_await open(&*on->service, std::move(what));
    REQUIRE(stays.has_value());
    auto leaves = on->service->find(stays->description.block);
    REQUIRE(leaves.has_value());
    auto read_until_stopped = [](scope& beside, io::stream* from, std::size_t* got) -> task<void> {
      auto reading = [](io::stream* of, std::size_t* into) -> task<void> {
        std::vector<std::byte> piece(1000);
        for (;;) {
          const auto count = co_await of->read_some(piece);
          if (!count) co_return;
          *into += *count;
        }
      };
      beside.spawn(reading(from, got));
      co_return;
    };
    // One reader is stopped while it waits for bytes, one is destroyed while the worker reads for it.
    std::size_t got = 0;
    auto stopping = [](scope& beside, decltype(read_until_stopped) read, io::stream* from,
                       std::size_t* into) -> task<void> {
      static_cast<void>(co_await read(beside, from, into));
      while (*into < blocked_files::first_entry) co_await coro::yield();
      beside.request_stop();
    };
    co_await with_scope(stopping, read_until_stopped, leaves->content.get(), &got);
    CHECK(got == blocked_files::first_entry);
    leaves.reset();
    auto hurries = on->service->find(stays->description.block);
    auto one_read = [](scope& beside, io::stream* from) -> task<void> {
      auto reading = [](io::stream* of) -> task<void> {
        std::vector<std::byte> piece(1000);
        static_cast<void>(co_await of->read_some(piece));
      };
      beside.spawn(reading(from));
      co_await coro::yield();
      beside.request_stop();
    };
    co_await with_scope(one_read, hurries->content.get());
    hurries.reset();

    held->unblock();
    std::string whole;
    std::error_code end;
    co_await read_all(stays->content.get(), 50'000, &whole, &end);
    CHECK(end == make_error_code(errc::end_of_stream));
    CHECK(whole.size() == stays->description.bytes);
  };
  at.loop.run(script(&at, &files));
}

TEST_CASE("the number of readers of an archive is limited") {
  service_bench at;
  write_file(at.folder.file("a"), "content");
  auto script = [](service_bench* on) -> task<void> {
    auto what = on->order({{"a", on->folder.file("a")}});
    auto given = co_await open(&*on->service, std::move(what));
    REQUIRE(given.has_value());
    std::vector<io::stream_ptr> readers;
    for (std::size_t i = 1; i != limits::max_archive_readers; ++i) {
      auto joins = on->service->find(given->description.block);
      REQUIRE(joins.has_value());
      readers.push_back(std::move(joins->content));
    }
    CHECK_FALSE(on->service->find(given->description.block).has_value());
    readers.pop_back();
    CHECK(on->service->find(given->description.block).has_value());
  };
  at.loop.run(script(&at));
}

}  // namespace txhashset_service_readers_threads_test
