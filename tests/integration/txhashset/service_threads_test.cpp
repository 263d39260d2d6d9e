// How archives are given to those who ask: made once, read while they are being made, and kept for a while.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <support/extremes.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <pappus/coro/event.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/integration/txhashset/service.hpp>
#include <pappus/integration/txhashset/unpack.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/uv/loop.hpp>

#include "integration/txhashset/files.hpp"

namespace txhashset_service_threads_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace integration;
using support::chain_files;
using support::read_file;
using support::temporary_folder;
using support::things_in;
using support::write_file;

namespace {

using outcome = result<peer::archive, archive_error>;

/// A service, and what it has given.
struct bench {
  explicit bench(io::duration age = 1h, std::uint64_t min_free_space = 0) {
    archive_options how;
    how.folder = cache();
    how.max_age = age;
    how.min_free_space = min_free_space;
    how.progress = [this](const archive_report& said) { reports.push_back(said); };
    service.emplace(loop, how);
  }

  [[nodiscard]] std::string cache() const { return folder.file("cache"); }

  [[nodiscard]] archive_job order(std::vector<zip_entry> files, std::uint8_t block = 1) {
    archive_job what;
    what.block.raw[0] = std::byte{block};
    what.height = 720;
    what.files = [this, listed = std::move(files)] {
      ++listings;
      return listed;
    };
    return what;
  }

  temporary_folder folder;
  uv::loop loop;
  std::optional<archive_service> service;
  std::atomic<int> listings{0};
  std::vector<archive_report> reports;
};

/// What `open` comes to, awaited.
task<outcome> open(archive_service* from, archive_job what) {
  std::optional<outcome> given;
  event there;
  from->open(std::move(what), [&](outcome got) {
    given.emplace(std::move(got));
    there.set();
  });
  static_cast<void>(co_await there.wait());
  co_return std::move(*given);
}

/// All of an archive, in pieces of that size.
task<void> read_all(io::stream* from, std::size_t piece, std::string* into, std::error_code* end) {
  std::vector<std::byte> bytes(piece);
  for (;;) {
    const auto count = co_await from->read_some(bytes);
    if (!count) {
      *end = count.error();
      co_return;
    }
    into->append(reinterpret_cast<const char*>(bytes.data()), *count);
  }
}

/// Whatever is in the zip file comes out of it as it went in.
void check_archive(const std::string& zip, const chain_files& chain) {
  const temporary_folder folder;
  write_file(folder.file("zip"), zip);
  work_progress progress;
  const auto unpacked = unpack(folder.file("zip"), folder.file("out"), txhashset_names(chain.block), {}, progress);
  REQUIRE(unpacked.has_value());
  CHECK(chain.are_in(folder.file("out")));
}

/// An archive of two files, of which the second is not to be read before the test says so.
class held_up {
public:
  static constexpr std::size_t first_size = 500'000;
  static constexpr std::size_t second_size = 1'000'000;
  static constexpr std::size_t first_entry = 30 + 1 + first_size;

  explicit held_up(bench& at) : pipe_(at.folder.file("pipe")) {
    write_file(at.folder.file("a"), first);
    REQUIRE(::mkfifo(pipe_.c_str(), 0600) == 0);
    listed = {{"a", at.folder.file("a")}, {"b", pipe_, second_size}};
  }
  ~held_up() {
    if (!feeding_.joinable()) return;
    read_rest();
    feeding_.join();
  }

  void go_on() {
    feeding_ = std::thread{[this] {
      std::ofstream{pipe_, std::ios::binary} << second;
      fed_ = true;
    }};
  }

  const std::string first = support::noise_text(first_size, 1);
  const std::string second = support::noise_text(second_size, 2);
  std::vector<zip_entry> listed;

private:
  /// Whoever was to read it may have given up before it came to that.
  void read_rest() {
    const int rest = ::open(pipe_.c_str(), O_RDONLY | O_NONBLOCK);
    std::array<char, 65'536> block;
    while (!fed_) {
      if (::read(rest, block.data(), block.size()) <= 0) std::this_thread::yield();
    }
    ::close(rest);
  }

  std::string pipe_;
  std::atomic<bool> fed_{false};
  std::thread feeding_;
};

}  // namespace

TEST_CASE("an archive is made once for all who ask meanwhile and afterwards, whatever pieces they read it in") {
  bench at;
  const chain_files chain{at.folder, 300'000};
  auto ask_and_read = [](bench* on, const chain_files* of, std::size_t piece, std::string* into) -> task<void> {
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
        [](scope& beside, bench* on, const chain_files* of, std::vector<std::string>* into,
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

TEST_CASE("an archive is read while it is being made, and its size is known from the first") {
  bench at;
  held_up files{at};
  auto script = [](bench* on, held_up* held) -> task<void> {
    auto what = on->order(held->listed);
    auto given = co_await open(&*on->service, std::move(what));
    REQUIRE(given.has_value());
    std::vector<std::byte> first(held_up::first_entry);
    const auto got = co_await given->content->read_exact(first);
    CHECK(got.has_value());
    CHECK(on->service->statistics().packed == 0);
    REQUIRE_FALSE(on->reports.empty());  // before the end, and before there was anything to read
    CHECK(on->reports.back().bytes == given->description.bytes);
    auto joins = on->service->find(given->description.block);
    REQUIRE(joins.has_value());
    held->go_on();
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

TEST_CASE("who leaves, also in the middle of a read, harms nobody") {
  bench at;
  held_up files{at};
  auto script = [](bench* on, held_up* held) -> task<void> {
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
    // One is stopped while it waits for what is not there yet, one is let go of while the worker reads for it.
    std::size_t got = 0;
    auto stopping = [](scope& beside, decltype(read_until_stopped) read, io::stream* from,
                       std::size_t* into) -> task<void> {
      static_cast<void>(co_await read(beside, from, into));
      while (*into < held_up::first_entry) co_await coro::yield();
      beside.request_stop();
    };
    co_await with_scope(stopping, read_until_stopped, leaves->content.get(), &got);
    CHECK(got == held_up::first_entry);
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

    held->go_on();
    std::string whole;
    std::error_code end;
    co_await read_all(stays->content.get(), 50'000, &whole, &end);
    CHECK(end == make_error_code(errc::end_of_stream));
    CHECK(whole.size() == stays->description.bytes);
  };
  at.loop.run(script(&at, &files));
}

TEST_CASE("when an archive cannot be packed all who read it fail, and the next who asks has it made again") {
  bench at;
  held_up files{at};
  *files.listed[1].bytes += 1;  // more than there are
  auto script = [](bench* on, held_up* held) -> task<void> {
    auto what = on->order(held->listed);
    auto given = co_await open(&*on->service, std::move(what));
    REQUIRE(given.has_value());
    auto joins = on->service->find(given->description.block);
    REQUIRE(joins.has_value());
    held->go_on();
    for (io::stream* each : {given->content.get(), joins->content.get()}) {
      std::string begun;
      std::error_code end;
      co_await read_all(each, 50'000, &begun, &end);
      CHECK(end == std::errc::io_error);
      CHECK(begun.size() <= held_up::first_entry);
    }
    CHECK(on->service->statistics().failed == 1);
    CHECK_FALSE(on->service->find(given->description.block).has_value());
    auto again = on->order({held->listed[0]});
    auto sound = co_await open(&*on->service, std::move(again));
    CHECK(sound.has_value());
  };
  at.loop.run(script(&at, &files));
  CHECK(std::ranges::any_of(at.reports, [](const archive_report& each) {
    return each.failed && each.failed->code == archive_errc::unreadable;
  }));
}

TEST_CASE("whoever asks for what cannot be made hears why") {
  bench at;
  auto script = [](bench* on) -> task<void> {
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

  bench full{1h, std::uint64_t{1} << 62U};
  write_file(full.folder.file("a"), "content");
  auto no_room = [](bench* on) -> task<void> {
    auto what = on->order({{"a", on->folder.file("a")}});
    auto none = co_await open(&*on->service, std::move(what));
    REQUIRE_FALSE(none.has_value());
    CHECK(none.error().code == archive_errc::disk_full);
  };
  full.loop.run(no_room(&full));
}

TEST_CASE("one archive is made at a time") {
  bench at;
  held_up files{at};
  auto script = [](bench* on, held_up* held) -> task<void> {
    auto first = on->order(held->listed);
    auto given = co_await open(&*on->service, std::move(first));
    REQUIRE(given.has_value());
    auto second = on->order({{"a", held->listed[0].path}}, 2);
    auto refused = co_await open(&*on->service, std::move(second));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == archive_errc::busy);
    held->go_on();
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

TEST_CASE("an archive that is too old is made again, and its file goes when nobody reads it any more") {
  bench at{0s};
  write_file(at.folder.file("a"), support::noise_text(500'000, 1));
  auto script = [](bench* on) -> task<void> {
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

TEST_CASE("an archive is given to others for no time, or for as long as there is, as its age has it") {
  for (const io::duration age : support::extremes()) {
    bench at{age};
    write_file(at.folder.file("a"), "a");
    auto script = [](bench* on) -> task<void> {
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

TEST_CASE("no more archives are kept than agreed, and none is thrown away that somebody reads") {
  bench at;
  write_file(at.folder.file("a"), support::noise_text(5'000, 1));
  auto script = [](bench* on) -> task<void> {
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

TEST_CASE("what is being packed is given up with the service, and leaves no file; what an earlier run has left goes") {
  bench at;
  held_up files{at};
  write_file(at.cache() + "/txhashset.0123.7.zip", "left by a killed process");
  write_file(at.cache() + "/something else", "of somebody else");
  auto script = [](bench* on, held_up* held) -> task<void> {
    auto what = on->order(held->listed);
    auto given = co_await open(&*on->service, std::move(what));
    REQUIRE(given.has_value());
    CHECK_FALSE(std::filesystem::exists(on->cache() + "/txhashset.0123.7.zip"));
    on->service.reset();
    held->go_on();
    std::string begun;
    std::error_code end;
    co_await read_all(given->content.get(), 50'000, &begun, &end);
    CHECK(end == std::errc::io_error);
    CHECK(begun.size() < given->description.bytes);
  };
  at.loop.run(script(&at, &files));
  CHECK(things_in(at.cache()) == 1);
}

TEST_CASE("so many may read an archive at once") {
  bench at;
  write_file(at.folder.file("a"), "content");
  auto script = [](bench* on) -> task<void> {
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

}  // namespace txhashset_service_threads_test
