// Benchmark of a large address book: selecting an address to dial, looking up bans, and the store. The lower bounds are
// a lookup in a hash table of that size, and SQLite alone with the same rows.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include <pappus/io/endpoint_range.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/store/address_book.hpp>
#include <pappus/peer/store/ban_list.hpp>
#include <pappus/peer/store/sqlite_store.hpp>

namespace {

using namespace pappus;

constexpr io::wall_time now{std::chrono::seconds{1'600'000'000}};
constexpr std::uint32_t million = 1'000'000;

/// Maps numbers to IPv4 addresses, one to one.
constexpr pappus::ip_address spread(std::uint32_t number) { return pappus::ip_address::v4(number * 2'654'435'761U); }

wire::peer_address address(std::uint32_t number) { return peer::to_wire({spread(number), 3414}); }

peer::address_info known(std::uint32_t number) {
  peer::address_info made;
  made.address = address(number);
  made.source = address(number % 4'096);
  made.capabilities = wire::default_capabilities;
  made.user_agent = "MW/Grin 5.5.0";
  made.last_seen = made.last_try = made.last_success = now;
  made.tried = number % 4 == 0;
  return made;
}

peer::address_book full_book() {
  peer::address_book book{{}, false};
  for (std::uint32_t i = 0; i < million; ++i) {
    if (i % 4 == 0) book.succeeded(address(i), wire::default_capabilities, "MW/Grin 5.5.0", now);
    else book.add(address(i), address(i % 4'096), now);
  }
  return book;
}

void pick_from_full_book(benchmark::State& state) {
  auto book = full_book();
  for (auto _ : state) benchmark::DoNotOptimize(book.select(now + std::chrono::hours{1}));
  state.counters["addresses"] = static_cast<double>(book.size());
  state.counters["tried"] = static_cast<double>(book.tried());
}
BENCHMARK(pick_from_full_book);

/// Worst case: all addresses have failed eight times and were just attempted.
void pick_from_hopeless_book(benchmark::State& state) {
  auto book = full_book();
  for (const auto& each : book.list()) {
    book.attempted(each.address, now);
    for (int i = 0; i < 8; ++i) book.failed(each.address, now);
  }
  for (auto _ : state) benchmark::DoNotOptimize(book.select(now));
}
BENCHMARK(pick_from_hopeless_book);

/// A million bans: most of single addresses, a tenth of these at one port, and a thousand of ranges with each prefix
/// length from /16 to /31.
std::unique_ptr<peer::ban_list> many_bans() {
  auto made = std::make_unique<peer::ban_list>();
  for (std::uint32_t i = 0; i < million; ++i) {
    peer::ban each;
    const auto bits = static_cast<std::uint8_t>(i % 1'000 == 0 ? 16 + i / 1'000 % 16 : 32);
    each.range = io::endpoint_range{spread(2 * i), bits};
    if (i % 10 == 1) each.range.port = 3414;
    each.until = now + std::chrono::hours{1 + i % 100};
    made->add(each);
  }
  return made;
}

void ban_check(benchmark::State& state) {
  const auto bans = many_bans();
  std::uint32_t number = 0;
  std::size_t banned = 0;
  for (auto _ : state) {
    number += 104'729;
    banned += bans->find(io::endpoint{spread(number), 3414}, now) != nullptr ? 1 : 0;
  }
  state.counters["bans"] = static_cast<double>(bans->size());
  state.counters["banned"] = static_cast<double>(banned) / static_cast<double>(state.iterations());
}
BENCHMARK(ban_check);

void ban_check_floor(benchmark::State& state) {
  std::unordered_set<std::uint32_t> addresses;
  for (std::uint32_t i = 0; i < million; ++i) addresses.insert(spread(2 * i).v4_value());
  std::uint32_t number = 0;
  for (auto _ : state) {
    number += 104'729;
    benchmark::DoNotOptimize(addresses.contains(spread(number).v4_value()));
  }
}
BENCHMARK(ban_check_floor);

/// A temporary folder for the files of one benchmark.
class scratch {
public:
  scratch() : path_(std::filesystem::temp_directory_path() / "pappus_benchmark_peers") {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directory(path_);
  }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;
  ~scratch() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string file(const char* name) const { return (path_ / name).string(); }

private:
  std::filesystem::path path_;
};

void write(peer::durable_store& into, const peer::store_batch& batch, benchmark::State& state) {
  if (!into.write(batch)) state.SkipWithError("the store cannot be written");
}

/// Batches of 1,000 addresses, the load of a busy second.
void store_upserts(benchmark::State& state) {
  const scratch folder;
  const auto opened = peer::sqlite_store::open(folder.file("peers.db"), {});
  std::uint32_t number = 0;
  for (auto _ : state) {
    peer::store_batch batch;
    for (int i = 0; i < 1'000; ++i) batch.addresses.push_back(known(number++ % 50'000));
    write(*opened->store, batch, state);
  }
  state.SetItemsProcessed(state.iterations() * 1'000);
}
BENCHMARK(store_upserts)->Unit(benchmark::kMillisecond)->UseRealTime();

void store_ban(benchmark::State& state) {
  const scratch folder;
  const auto opened = peer::sqlite_store::open(folder.file("peers.db"), {});
  std::uint32_t number = 0;
  for (auto _ : state) {
    peer::store_batch batch;
    batch.banned.emplace_back();
    batch.banned[0].range = io::endpoint_range{spread(number++)};
    write(*opened->store, batch, state);
  }
}
BENCHMARK(store_ban)->Unit(benchmark::kMillisecond)->UseRealTime();

std::string store_of_a_million(const scratch& folder) {
  const std::string file = folder.file("peers.db");
  const auto opened = peer::sqlite_store::open(file, {});
  peer::store_batch batch;
  for (std::uint32_t i = 0; i < million; ++i) batch.addresses.push_back(known(i));
  if (!opened->store->write(batch)) std::puts("the store cannot be written");
  return file;
}

/// Opening, checking and reading the store, and restoring what fits into an address book: all that a node waits for, on
/// a worker thread.
void load_a_million(benchmark::State& state) {
  const scratch folder;
  const std::string file = store_of_a_million(folder);
  for (auto _ : state) {
    auto opened = peer::sqlite_store::open(file, {});
    peer::address_book book{opened->content.secret, false};
    for (auto& each : opened->content.addresses) book.restore(std::move(each), now);
    state.counters["rows"] = static_cast<double>(opened->content.addresses.size());
    state.counters["addresses"] = static_cast<double>(book.size());
  }
}
BENCHMARK(load_a_million)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(3);

/// Lower bound: SQLite alone reads every column of every row.
void load_a_million_floor(benchmark::State& state) {
  const scratch folder;
  const std::string file = store_of_a_million(folder);
  for (auto _ : state) {
    sqlite3* connection = nullptr;
    sqlite3_stmt* rows = nullptr;
    sqlite3_open(file.c_str(), &connection);
    sqlite3_prepare_v2(connection, "SELECT * FROM address", -1, &rows, nullptr);
    std::int64_t bytes = 0;
    while (sqlite3_step(rows) == SQLITE_ROW) {
      for (int column = 0; column < sqlite3_column_count(rows); ++column) bytes += sqlite3_column_bytes(rows, column);
    }
    benchmark::DoNotOptimize(bytes);
    sqlite3_finalize(rows);
    sqlite3_close(connection);
  }
}
BENCHMARK(load_a_million_floor)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(3);

}  // namespace
