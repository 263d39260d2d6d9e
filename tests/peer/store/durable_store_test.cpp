// Requirements for every durable store.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "peer/store/samples.hpp"
#include "peer/store/stores.hpp"

namespace store_durable_store_test {

using namespace samples;
using namespace stores;
using namespace std::chrono_literals;
using peer::store_batch;
using peer::store_content;

namespace {

peer::stem_transaction due(std::uint32_t number, io::wall_time deadline) {
  peer::stem_transaction made = stem(number);
  made.deadline = deadline;
  return made;
}

/// Random changes of few rows, so that most of them affect rows changed before.
class any_batches {
public:
  explicit any_batches(std::uint32_t seed) : generator_(seed) {}

  [[nodiscard]] store_batch next() {
    store_batch made;
    for (std::uint32_t count = draw(4); count != 0; --count) {
      made.addresses.push_back(known(draw(12)));
      made.addresses.back().attempts = draw(100);
    }
    for (std::uint32_t count = draw(3); count != 0; --count) made.removed_addresses.push_back(address(draw(12)));
    if (draw(3) == 0) made.hosts = {onion(static_cast<std::uint8_t>(draw(4)))};
    if (draw(4) == 0) made.removed_addresses.push_back(onion(static_cast<std::uint8_t>(draw(4))).address);
    for (std::uint32_t count = draw(3); count != 0; --count) made.unbanned.push_back(against(draw(12)).range);
    for (std::uint32_t count = draw(4); count != 0; --count) {
      made.banned.push_back(against(draw(12)));
      made.banned.back().until += std::chrono::hours{draw(100)};
    }
    if (draw(4) == 0) made.anchors.emplace({address(draw(12)), address(draw(12)), address(draw(12))});
    if (draw(2) == 0) made.written = any_time();
    for (std::uint32_t count = draw(3); count != 0; --count) made.removed_stems.push_back(stem(draw(5)).kernel);
    for (std::uint32_t count = draw(3); count != 0; --count) {
      made.deadlines.push_back({stem(draw(5)).kernel, any_time(), draw(5)});
    }
    for (std::uint32_t count = draw(3); count != 0; --count) made.stems.push_back(due(draw(5), any_time()));
    return made;
  }

  [[nodiscard]] std::uint32_t draw(std::uint32_t bound) { return static_cast<std::uint32_t>(generator_()) % bound; }

private:
  [[nodiscard]] io::wall_time any_time() { return noon + std::chrono::seconds{draw(1'000'000)}; }

  std::mt19937 generator_;
};

}  // namespace

TEST_CASE_TEMPLATE("a new store is empty and keeps its secret", Where, on_sqlite, in_memory) {
  const Where where;
  {
    const auto first = opened(where, key(9));
    CHECK(first.warning.empty());
    CHECK(first.content == content_after({}, key(9)));
  }
  CHECK(opened(where, key(1)).content == content_after({}, key(9)));
}

TEST_CASE_TEMPLATE("written content is read when the store is opened again, and once more", Where, on_sqlite,
                   in_memory) {
  const Where where;
  store_batch batch = some_of_each(100);
  batch.written = noon;
  write(*opened(where, key(9)).store, batch);
  for (int run = 0; run != 2; ++run) {
    const auto again = opened(where);
    CHECK(again.warning.empty());
    CHECK(sorted(again.content) == content_after(batch, key(9)));
    CHECK(again.store->check().has_value());
  }
}

TEST_CASE_TEMPLATE("a batch without changes changes nothing", Where, on_sqlite, in_memory) {
  const Where where;
  const auto made = opened(where);
  write(*made.store, {});
  store_batch absent;
  absent.removed_addresses = {address(1)};
  absent.unbanned = {against(1).range};
  absent.removed_stems = {stem(1).kernel};
  absent.deadlines = {{stem(2).kernel, noon}};
  write(*made.store, absent);
  CHECK(made.store->check().has_value());
}

TEST_CASE_TEMPLATE("addresses of both families, and any user agents, are read as they were written", Where, on_sqlite,
                   in_memory) {
  const Where where;
  store_batch batch;
  batch.addresses.push_back(known(1));
  std::array<std::uint8_t, 16> ip{0x2a, 0x01};
  batch.addresses[0].source = wire::peer_address{pappus::ip_address::v6(ip), 1};
  batch.addresses[0].user_agent = std::string{"a\0b'\"\xc3\xa9", 7};
  write(*opened(where).store, batch);
  CHECK(content_of(where).addresses == batch.addresses);
}

TEST_CASE_TEMPLATE("a row replaces the one before, and is removed when it is dropped", Where, on_sqlite, in_memory) {
  const Where where;
  store_batch change;
  {
    const auto made = opened(where);
    write(*made.store, some_of_each(3));
    change.addresses.push_back(known(1));
    change.addresses[0].failures = 77;
    change.removed_addresses.push_back(address(2));
    change.banned.push_back(against(1));
    change.banned[0].reason = wire::reason_for_ban::fraud_height;
    change.unbanned.push_back(against(2).range);
    change.anchors.emplace({address(7)});
    write(*made.store, change);
  }
  const store_content read = content_of(where);
  REQUIRE(read.addresses.size() == 2);
  CHECK(std::ranges::count(read.addresses, change.addresses[0]) == 1);
  REQUIRE(read.bans.size() == 2);
  CHECK(std::ranges::count(read.bans, change.banned[0]) == 1);
  CHECK(read.anchors == std::vector{address(7)});
}

TEST_CASE_TEMPLATE("a host is stored until its address is removed", Where, on_sqlite, in_memory) {
  const Where where;
  {
    const auto made = opened(where);
    store_batch batch;
    batch.hosts = {onion(1), onion(2), onion(3)};
    CHECK_FALSE(batch.empty());
    write(*made.store, batch);
    store_batch next;
    next.removed_addresses = {onion(2).address};
    write(*made.store, next);
  }
  CHECK(sorted(content_of(where)).hosts == std::vector{onion(1), onion(3)});
}

TEST_CASE_TEMPLATE("anchors keep their order, also with duplicates", Where, on_sqlite, in_memory) {
  const Where where;
  store_batch batch;
  batch.anchors.emplace({address(9), address(2), address(5), address(2)});
  write(*opened(where).store, batch);
  CHECK(content_of(where).anchors == *batch.anchors);
  batch.anchors->clear();
  write(*opened(where).store, batch);
  CHECK(content_of(where).anchors.empty());
}

TEST_CASE_TEMPLATE("changes of one batch are applied in their order", Where, on_sqlite, in_memory) {
  const Where where;
  {
    const auto made = opened(where);
    write(*made.store, some_of_each(3));
    store_batch change;
    change.addresses = {known(7)};
    change.removed_addresses = {address(7)};
    change.unbanned = {against(1).range, against(2).range};
    change.banned = {against(1), against(1)};
    change.banned[1].until += 5h;
    change.removed_stems = {stem(1).kernel, stem(2).kernel};
    change.deadlines = {{stem(1).kernel, noon + 1h}, {stem(2).kernel, noon + 1h}};
    change.stems = {due(2, noon + 2h), due(2, noon + 3h)};
    write(*made.store, change);
  }
  const store_content read = sorted(content_of(where));
  CHECK(read.addresses.size() == 3);
  REQUIRE(read.bans.size() == 2);
  CHECK(read.bans[1].range == against(1).range);
  CHECK(read.bans[1].until == against(1).until + 5h);
  CHECK(read.stems == std::vector{due(2, noon + 3h)});
}

TEST_CASE_TEMPLATE("a new deadline with its rounds changes nothing else of a stored transaction", Where, on_sqlite,
                   in_memory) {
  const Where where;
  {
    const auto made = opened(where);
    store_batch batch;
    batch.stems = {stem(1), stem(2), stem(3)};
    write(*made.store, batch);
    store_batch next;
    next.deadlines = {{stem(2).kernel, noon - 400 * 24h, 7}, {stem(4).kernel, noon}, {stem(3).kernel, noon + 1s}};
    CHECK_FALSE(next.empty());
    write(*made.store, next);
  }
  auto second = due(2, noon - 400 * 24h);
  second.rounds = 7;
  CHECK(sorted(content_of(where)).stems == std::vector{stem(1), second, due(3, noon + 1s)});
}

TEST_CASE_TEMPLATE("writing a batch twice has the effect of writing it once", Where, on_sqlite, in_memory) {
  const Where once;
  const Where twice;
  any_batches some{7};
  for (int round = 0; round != 40; ++round) {
    const store_batch batch = some.next();
    write(*opened(once).store, batch);
    const auto again = opened(twice);
    write(*again.store, batch);
    write(*again.store, batch);
  }
  CHECK(content_of(once) == content_of(twice));
}

TEST_CASE_TEMPLATE("the content read does not depend on the order in which it was written", Where, on_sqlite,
                   in_memory) {
  const Where forward;
  const Where backward;
  for (std::uint32_t i = 0; i != 20; ++i) {
    for (const bool is_forward : {true, false}) {
      const std::uint32_t number = is_forward ? i : 19 - i;
      store_batch batch;
      batch.addresses = {known(number)};
      batch.banned = {against(number)};
      batch.stems = {stem(number)};
      write(*opened(is_forward ? forward : backward).store, batch);
    }
  }
  CHECK(content_of(forward) == content_of(backward));
}

TEST_CASE_TEMPLATE("a store that is open cannot be opened again until it is closed", Where, on_sqlite, in_memory) {
  const Where where;
  {
    const auto first = opened(where);
    const auto second = where.source().open(key(1));
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error() == peer::store_errc::in_use);
    write(*first.store, some_of_each(1));
  }
  CHECK(opened(where).content.bans.size() == 1);
}

TEST_CASE("after any batches all stores have the same content") {
  for (std::uint32_t seed = 1; seed != 6; ++seed) {
    CAPTURE(seed);
    const on_sqlite file;
    const in_memory records;
    any_batches some{seed};
    for (int run = 0; run != 6; ++run) {
      const auto left = opened(file);
      const auto right = opened(records);
      CHECK(sorted(left.content) == sorted(right.content));
      for (std::uint32_t count = some.draw(10); count != 0; --count) {
        const store_batch batch = some.next();
        write(*left.store, batch);
        write(*right.store, batch);
      }
    }
  }
}

}  // namespace store_durable_store_test
