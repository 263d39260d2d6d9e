// The SQLite store: versions, damage, full disks and power loss.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <support/imaginary_disk.hpp>
#include <support/temporary_folder.hpp>

#include "peer/store/samples.hpp"
#include "peer/store/stores.hpp"

namespace store_sqlite_store_test {

using namespace samples;
using peer::sqlite_store;
using peer::store_batch;
using peer::store_content;
using stores::content_after;
using stores::sorted;
using stores::write;
using support::imaginary_disk;
using support::temporary_folder;

namespace {

peer::opened_store opened(const std::string& file, const char* vfs = nullptr) {
  auto given = sqlite_store::open(file, key(9), vfs);
  REQUIRE(given.has_value());
  return *std::move(given);
}

store_content read(const peer::opened_store& from) {
  auto content = static_cast<sqlite_store&>(*from.store).read();
  REQUIRE(content.has_value());
  return sorted(*std::move(content));
}

/// Changes the file from outside, while it is not open.
void change(const std::string& file, const std::string& statement) {
  sqlite3* connection = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &connection) == SQLITE_OK);
  REQUIRE(sqlite3_exec(connection, statement.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(connection);
}

std::vector<char> bytes_of(const std::string& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void put_bytes(const std::string& file, const std::vector<char>& bytes) {
  std::ofstream out{file, std::ios::binary | std::ios::trunc};
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void check_refused(const std::string& file, peer::store_errc why, const char* vfs = nullptr) {
  const auto refused = sqlite_store::open(file, key(9), vfs);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error() == why);
}

/// It is refused, as it may be another program's.
void check_untouched(const std::string& file, const std::vector<char>& bytes) {
  check_refused(file, peer::store_errc::foreign_file);
  CHECK(bytes_of(file) == bytes);
}

/// A closed store with some of each kind of content, as bytes.
std::vector<char> intact_file(const temporary_folder& in, std::uint32_t count) {
  const std::string file = in.file("sound");
  write(*opened(file).store, some_of_each(count));
  return bytes_of(file);
}

/// Checks after any change of a file with `count` bans: the store opens, with either all bans or a warning; and it
/// opens again without one.
void check_survives(const std::string& file, std::size_t count) {
  std::size_t bans = 0;
  {
    const auto first = opened(file);
    REQUIRE(first.store != nullptr);
    bans = first.content.bans.size();
    REQUIRE(bans <= count);
    for (const auto& each : first.content.bans)
      REQUIRE(each == against((each.range.network.v4_value() - 0x20000000) >> 8));
    if (bans < count) REQUIRE_FALSE(first.warning.empty());
  }
  const auto again = opened(file);
  CHECK(again.warning.empty());
  CHECK(again.content.bans.size() == bans);
}

/// Writes a store with `count` addresses and bans as the first version has; returns the bans.
std::vector<peer::ban> make_first_version(const std::string& file, std::uint32_t count) {
  write(*opened(file).store, some_of_each(count));
  const auto bans = opened(file).content.bans;
  change(file,
         "ALTER TABLE ban RENAME TO present; CREATE TABLE ban (first INTEGER NOT NULL, bits INTEGER NOT NULL, "
         "port INTEGER NOT NULL, cause INTEGER NOT NULL, author INTEGER NOT NULL, since INTEGER NOT NULL, "
         "until INTEGER NOT NULL, digest INTEGER NOT NULL, PRIMARY KEY (first, bits, port)) STRICT, WITHOUT ROWID");
  for (const peer::ban& each : bans) {
    const auto& [network, bits, port] = each.range;
    change(file, "INSERT INTO ban SELECT " + std::to_string(network.v4_value()) + ", " + std::to_string(bits) + ", " +
                     std::to_string(port.value_or(0)) + ", cause, author, since, until, digest FROM present " +
                     "WHERE range = '" + to_string(each.range) + "'");
  }
  change(file, "DROP TABLE present; DROP TABLE stem; DROP TABLE host; PRAGMA user_version = 1; VACUUM");
  return bans;
}

void remove_all_like(const std::string& file) {
  const std::filesystem::path path{file};
  for (const auto& entry : std::filesystem::directory_iterator{path.parent_path()}) {
    if (entry.path().filename().string().starts_with(path.filename().string())) std::filesystem::remove(entry);
  }
}

}  // namespace

TEST_CASE("a store in memory keeps its content as long as it is open") {
  const auto made = opened(peer::in_memory_store);
  write(*made.store, some_of_each(100));
  CHECK(read(made) == content_after(some_of_each(100), key(9)));
  CHECK(opened(peer::in_memory_store).content == content_after({}, key(9)));
}

TEST_CASE("a store of the first version is converted, and can be read where it cannot be written") {
  const temporary_folder folder;
  const std::string file = folder.file("peers.db");
  const auto bans = make_first_version(file, 3);
  auto made = opened(file);
  CHECK(made.warning.empty());
  CHECK(made.content.bans.size() == 3);
  CHECK(made.content.bans == bans);
  CHECK(made.content.addresses.size() == 3);
  store_batch batch;
  batch.stems = {samples::stem(1)};
  batch.hosts = {samples::onion(1)};
  write(*made.store, batch);
  CHECK(read(made).stems == batch.stems);
  CHECK(read(made).hosts == batch.hosts);
}

TEST_CASE("transactions of a version that did not count rounds are kept, in a damaged store, too") {
  for (const bool is_damaged : {false, true}) {
    const temporary_folder folder;
    const std::string file = folder.file("peers.db");
    store_batch batch = some_of_each(2);
    batch.stems = {stem(3), stem(6)};
    for (const auto& each : batch.stems) CHECK(each.rounds == 0);
    write(*opened(file).store, batch);
    change(file, "ALTER TABLE stem DROP COLUMN rounds; PRAGMA user_version = 4");
    if (is_damaged) change(file, "UPDATE ban SET cause = cause + 1");
    auto made = opened(file);
    CHECK(made.warning.empty() != is_damaged);
    CHECK(made.content.stems == batch.stems);
    batch.stems[0].rounds = 1;
    write(*made.store, batch);
    CHECK(read(made).stems == batch.stems);
  }
}

TEST_CASE("of a store of the first version that is damaged, what can be read is kept") {
  const temporary_folder folder;
  const std::string file = folder.file("peers.db");
  const auto bans = make_first_version(file, 40);
  const std::vector<char> intact = bytes_of(file);
  constexpr std::size_t page = 4096;
  std::size_t with_all_bans = 0;
  std::size_t with_all_addresses = 0;
  for (std::size_t at = page; at < intact.size(); at += page) {
    CAPTURE(at);
    remove_all_like(file);
    std::vector<char> damaged = intact;
    std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(at), 100, 'x');
    put_bytes(file, damaged);
    const auto made = opened(file);
    REQUIRE(made.warning.find("is damaged") != std::string::npos);
    for (const peer::ban& each : made.content.bans) REQUIRE(std::ranges::count(bans, each) == 1);
    with_all_bans += made.content.bans.size() == bans.size() ? 1 : 0;
    with_all_addresses += made.content.addresses.size() == bans.size() ? 1 : 0;
  }
  CHECK(with_all_bans != 0);
  CHECK(with_all_addresses != 0);
}

TEST_CASE("bans of both families are kept") {
  const support::temporary_folder folder;
  const std::string file = folder.file("peers.db");
  peer::store_batch batch;
  for (const std::string_view range :
       {"1.2.3.4", "1.2.3.4:5", "0.0.0.0/0", "2001:db8::1", "[2001:db8::1]:3414", "2001:db8::/32", "::/0"}) {
    batch.banned.push_back(samples::against(1));
    batch.banned.back().range = io::endpoint_range::parse(range).value();
  }
  REQUIRE(peer::sqlite_store::open(file, key(1))->store->write(batch));
  auto opened = peer::sqlite_store::open(file, key(1));
  REQUIRE(opened);
  CHECK(opened->warning.empty());
  CHECK(opened->content.bans.size() == batch.banned.size());
  for (const peer::ban& each : batch.banned) CHECK(std::ranges::count(opened->content.bans, each) == 1);
  peer::store_batch lifted;
  lifted.unbanned = {io::endpoint_range::parse("2001:db8::/32").value(),
                     io::endpoint_range::parse("1.2.3.4:5").value()};
  REQUIRE(opened->store->write(lifted));
  CHECK(read(*opened).bans.size() == batch.banned.size() - 2);
}

TEST_CASE("an altered private transaction makes the store a damaged one, and the others are kept") {
  const support::temporary_folder folder;
  const std::string file = folder.file("peers.db");
  {
    auto opened = peer::sqlite_store::open(file, key(1));
    REQUIRE(opened);
    peer::store_batch batch = samples::some_of_each(2);
    batch.stems = {samples::stem(1), samples::stem(2)};
    REQUIRE(opened->store->write(batch));
  }
  change(file, "UPDATE stem SET deadline = deadline + 1 WHERE version = 1000");
  auto opened = peer::sqlite_store::open(file, key(1));
  REQUIRE(opened);
  CHECK(opened->warning.find("damaged") != std::string::npos);
  CHECK(opened->content.stems == std::vector{samples::stem(1)});
  CHECK(opened->content.bans.size() == 2);
}

TEST_CASE("altered rounds of a private transaction make the store a damaged one") {
  for (const char* const alteration : {"rounds + 1", "0"}) {
    const support::temporary_folder folder;
    const std::string file = folder.file("peers.db");
    peer::store_batch batch;
    batch.stems = {samples::stem(1)};
    write(*opened(file).store, batch);
    change(file, "UPDATE stem SET rounds = " + std::string{alteration});
    const auto again = opened(file);
    CHECK(again.warning.find("damaged") != std::string::npos);
    CHECK(again.content.stems.empty());
  }
}

TEST_CASE("opening a store that is open fails with in_use") {
  const temporary_folder folder;
  const std::string file = folder.file("peers.db");
  {
    const auto first = opened(file);
    const auto second = sqlite_store::open(file, key(1));
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error() == peer::store_errc::in_use);
    CHECK(second.error().message() == "in use by another program");
  }
  CHECK(opened(file).warning.empty());
}

TEST_CASE("a store of a later version is refused and not changed") {
  const temporary_folder folder;
  const std::string file = folder.file("peers.db");
  static_cast<void>(opened(file));
  change(file, "PRAGMA user_version = 999");
  const auto before = bytes_of(file);
  check_refused(file, peer::store_errc::too_new);
  CHECK(bytes_of(file) == before);
}

TEST_CASE("a damaged store is renamed, and replaced by a new one") {
  const temporary_folder folder;
  const std::string file = folder.file("peers.db");
  for (const char* const aside : {".damaged1", ".damaged2"}) {
    std::vector<char> rubbish(5'000, aside[8]);
    const std::vector<char> intact = intact_file(folder, 1);
    std::copy_n(intact.begin(), 100, rubbish.begin());  // its header has the application's identifier
    put_bytes(file, rubbish);
    auto made = opened(file);
    CHECK(made.warning.find("is damaged") != std::string::npos);
    CHECK(made.content.secret == key(9));
    CHECK(bytes_of(file + aside) == rubbish);
    write(*made.store, some_of_each(1));
  }
  CHECK(opened(file).content.bans.size() == 1);
}

TEST_CASE(
    "a store that is cut short at any length is refused only if it cannot be recognized, and no ban is lost without a "
    "warning") {
  const temporary_folder folder;
  const std::string file = folder.file("peers.db");
  const std::vector<char> intact = intact_file(folder, 200);
  for (std::size_t length = 1; length < intact.size(); length += length < 2'000 ? 71 : 1'531) {
    CAPTURE(length);
    const std::vector<char> cut{intact.begin(), intact.begin() + static_cast<std::ptrdiff_t>(length)};
    put_bytes(file, cut);
    if (length < 72) check_untouched(file, cut);  // too short to be recognized
    else check_survives(file, 200);
    remove_all_like(file);
  }
}

TEST_CASE(
    "a store with any bit changed is refused only if it cannot be recognized, and no ban is lost without a warning") {
  const temporary_folder folder;
  const std::string file = folder.file("peers.db");
  const std::vector<char> intact = intact_file(folder, 60);
  for (std::size_t at = 0, step = 0; at < intact.size(); at += at < 200 ? 3 : 61, ++step) {
    CAPTURE(at);
    std::vector<char> turned = intact;
    turned[at] = static_cast<char>(turned[at] ^ (1 << step % 8));
    put_bytes(file, turned);
    if (at >= 60 && at < 64 && !sqlite_store::open(file, key(9))) continue;  // the version field
    if (at < 16 || (at >= 68 && at < 72)) check_untouched(file, turned);     // the application's identifier
    else check_survives(file, 60);
    remove_all_like(file);
  }
}

TEST_CASE("a batch that a failing disk does not take can be written again, and what a killed process wrote is there") {
  imaginary_disk disk{"imaginary"};
  auto made = opened("peers.db", disk.name());
  disk.fails = true;
  CHECK_FALSE(made.store->write(some_of_each(20)).has_value());
  disk.fails = false;
  write(*made.store, some_of_each(20));
  disk.kill_process();
  CHECK_FALSE(made.store->write(some_of_each(30)).has_value());
  made.store.reset();
  CHECK(sorted(opened("peers.db", disk.name()).content) == content_after(some_of_each(20), key(9)));
}

TEST_CASE("a batch is not written at all to a full disk, and can be written later") {
  imaginary_disk disk{"imaginary"};
  auto made = opened("peers.db", disk.name());
  write(*made.store, some_of_each(20));
  std::size_t used = 0;
  for (const auto& [name, each] : disk.files) used += each.now.size();
  disk.room = used + 20'000;
  const store_batch large = some_of_each(2'000);
  CHECK_FALSE(made.store->write(large).has_value());  // at its commit
  store_batch larger;
  for (std::uint32_t i = 0; i < 40'000; ++i) larger.addresses.push_back(known(i));
  CHECK_FALSE(made.store->write(larger).has_value());  // while its rows are written, which do not fit into memory
  CHECK(read(made) == content_after(some_of_each(20), key(9)));
  disk.room = std::size_t(-1);
  write(*made.store, large);
  made.store.reset();
  CHECK(sorted(opened("peers.db", disk.name()).content) == content_after(large, key(9)));
}

TEST_CASE("after a loss of power acknowledged bans are there, others completely or not at all") {
  std::uint32_t state = 5;
  const auto draw = [&state](std::uint32_t bound) {
    return (state = state * 1'664'525 + 1'013'904'223) / 65'536 % bound;
  };
  imaginary_disk disk{"imaginary"};
  std::vector<peer::ban> ledger;  // of acknowledged bans
  std::uint32_t next = 0;
  for (int round = 0; round < 300; ++round) {
    auto made = opened("peers.db", disk.name());
    REQUIRE(made.warning.empty());
    made.content = sorted(std::move(made.content));
    std::ranges::sort(ledger, {}, &peer::ban::range);
    REQUIRE(made.content.bans.size() == ledger.size());
    REQUIRE(made.content.bans == ledger);
    REQUIRE(made.content.addresses.size() % 10 == 0);  // a batch has ten
    for (std::uint32_t step = draw(8); step != 0; --step) {
      store_batch batch;
      switch (draw(5)) {
        case 0:
        case 1:
          batch.banned.push_back(against(next++));
          ledger.push_back(batch.banned.back());
          break;
        case 2:
          if (ledger.empty()) continue;
          batch.unbanned.push_back(ledger.back().range);
          ledger.pop_back();
          break;
        default:
          for (std::uint32_t i = 0; i < 10; ++i) batch.addresses.push_back(known(next * 10 + i));
          ++next;
      }
      write(*made.store, batch);
    }
    // Every third time some sectors are on the disk although they were not synced.
    if (round % 3 == 0) disk.lose_power([&draw] { return draw(2) == 0; });
    else disk.lose_power();
    made.store.reset();  // the process ends with the power
    disk.restore_power();
  }
  CHECK(ledger.size() > 100);
  CHECK(disk.syncs > 600);
}

}  // namespace store_sqlite_store_test
