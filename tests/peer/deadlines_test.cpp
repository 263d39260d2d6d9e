// Components that take times and durations, at the ends of their ranges.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <stdexcept>

#include <doctest/doctest.h>
#include <support/addresses.hpp>
#include <support/extremes.hpp>
#include <support/made_up.hpp>

#include <pappus/integration/filter/filter_parameters.hpp>
#include <pappus/peer/accounts/account.hpp>
#include <pappus/peer/accounts/limits.hpp>
#include <pappus/peer/accounts/misbehavior_scores.hpp>
#include <pappus/peer/accounts/upload_quota.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/dandelion/limits.hpp>
#include <pappus/peer/session/limits.hpp>
#include <pappus/peer/session/traffic.hpp>
#include <pappus/peer/store/address_book.hpp>
#include <pappus/peer/store/ban_list.hpp>
#include <pappus/peer/store/limits.hpp>

#include "dandelion/bench.hpp"

namespace deadlines_test {

using namespace pappus;
using namespace std::chrono_literals;
using support::at;
using support::bench;
using support::times_around;
namespace limits = peer::limits;

namespace {

constexpr io::time_point start{1h};
constexpr io::wall_time now{1'600'000'000s};
const io::endpoint somebody = at("1.2.3.4:5");

bool is_refused(const peer::dandelion_options& options) {
  try {
    options.check();
    return false;
  } catch (const std::invalid_argument&) {
    return true;
  }
}

/// Adds an own transaction and one of another; the own one is still there ten seconds later.
void check_stempool_goes_on(const peer::dandelion_options& options) {
  const auto on = std::make_unique<bench>(options);
  on->receive(support::some_transaction(1), 7);
  CHECK(on->submit(support::some_transaction(2)));
  for (int i = 0; i != 10; ++i) {
    on->now = io::saturating_add(on->now, 1s);
    on->pool.tick(on->now);
    on->carry_out();
  }
  CHECK(on->pool.find(*support::some_transaction(2)));
  on->pool.tick(io::never - 1ns);
  on->carry_out();
}

}  // namespace

TEST_CASE("upload limits hold for as long as configured") {
  for (const io::duration each : support::extremes()) {
    const bool limited = each > 0s;
    peer::upload_limits limits;
    limits.bytes = 100;
    limits.interval = limits.archive = each;
    peer::upload_quota budget{limits, start};
    budget.spend(1000, start);
    CHECK(budget.allows(start) != limited);
    CHECK(budget.allows(start + 24h) != (each > 100min));
    CHECK(budget.try_consume_archive(start));
    CHECK(budget.try_consume_archive(start + 24h) != limited);
  }
}

TEST_CASE("responses are counted at any time, and only elapsed time refills the quota") {
  peer::upload_quota budget{{}, start};
  budget.spend(2 * limits::max_upload_bytes, start);
  for (const io::time_point each : support::passed_at(start)) {
    CHECK_FALSE(budget.allows(each));
    CHECK(budget.allows_from(each) > each);
  }
  CHECK(budget.allows(io::never));
  for (const io::time_point each : times_around(start)) {
    budget.spend(limits::max_upload_bytes, each);
    static_cast<void>(budget.try_consume_archive(each));
  }
  CHECK_FALSE(budget.try_consume_archive(start));
}

TEST_CASE("a score decays only with elapsed time") {
  peer::misbehavior_scores faults;
  CHECK_FALSE(faults.add(64, start));
  for (const io::time_point each : support::passed_at(start)) CHECK(faults.score(each) == doctest::Approx(64));
  CHECK(faults.score(io::never) == doctest::Approx(0));
  for (const io::time_point each : times_around(start)) {
    CHECK_FALSE(faults.add(1, each));
    CHECK(faults.score(each) >= 1);
    CHECK(faults.score(each) < 100);
  }
}

TEST_CASE("discouragement expires, at any time") {
  for (const io::time_point each : times_around(start)) {
    peer::misbehavior_scores faults;
    faults.discourage(each);
    CHECK(faults.discourages(each));
    CHECK(faults.refuses(each) == (each != io::never));
    CHECK_FALSE(faults.refuses(io::saturating_add(each, limits::min_refusal_time)));
    for (int i = 0; i != 100; ++i) faults.discourage(each);
    CHECK_FALSE(faults.refuses(io::saturating_add(each, limits::max_refusal_time)));
  }
}

TEST_CASE("the address rate limit of a peer holds at any time") {
  peer::account its{{}, start};
  CHECK(its.address_requests_received.try_consume(start));
  CHECK(its.address_requests_sent.try_consume(start));
  for (const io::time_point each : support::passed_at(start)) {
    CHECK_FALSE(its.address_requests_received.try_consume(each));
    CHECK_FALSE(its.address_requests_sent.try_consume(each));
  }
  int told = 0;
  for (int i = 0; i != 100; ++i) told += its.unrequested_addresses.try_consume(io::time_point::min()) ? 1 : 0;
  for (int i = 0; i != 100; ++i) told += its.unrequested_addresses.try_consume(io::never) ? 1 : 0;
  CHECK(told == 2 * static_cast<int>(limits::addr_burst));
}

TEST_CASE("a rate is computed over the elapsed time") {
  peer::traffic_rate rate{start};
  for (const io::time_point each : support::passed_at(start)) rate.sample(1000, each);
  CHECK(rate.per_second() == 0);
  rate.sample(1000, start + 1s);
  CHECK(rate.per_second() == 1000);
  rate.sample(2000, io::never);
  CHECK(rate.per_second() == 0);
  peer::traffic_rate ancient{io::time_point::min()};
  ancient.sample(1000, io::never);
  CHECK(ancient.per_second() == 0);
}

TEST_CASE("the receive timeout grows with the length of a frame, up to the maximum") {
  CHECK(limits::frame_body_timeout(0) == limits::frame_header_timeout);
  CHECK(limits::frame_body_timeout(limits::min_receive_rate) == limits::frame_header_timeout + 1s);
  CHECK(limits::frame_body_timeout(std::numeric_limits<std::uint64_t>::max()) == io::duration::max());
}

TEST_CASE("a filter forgets after its time, and a zero or infinite time is refused") {
  for (const io::duration each : support::extremes()) {
    integration::filter_options size;
    size.window = each;
    CHECK_THROWS_AS((integration::filter_parameters{size, {}}), std::invalid_argument);
  }
}

TEST_CASE("bans may begin and end at any time") {
  peer::ban_list list;
  std::uint32_t number = 0;
  for (const io::wall_time until : times_around(now)) {
    for (const io::wall_time since : times_around(now)) {
      peer::ban made;
      made.range = io::endpoint_range{pappus::ip_address::v4(++number)};
      made.since = since;
      made.until = until;
      list.add(made);
      CHECK((list.find(pappus::ip_address::v4(number), now) != nullptr) == (until > now));
    }
  }
  for (const io::wall_time each : times_around(now)) {
    CHECK(list.list(each).size() <= number);
    CHECK((list.find(pappus::ip_address::v4(1), each) != nullptr) == (each < now));
  }
  const std::size_t there = list.list(now).size();
  CHECK(list.expire(io::wall_time::min(), number).size() == 7);  // those that ended then
  CHECK(list.list(now).size() == there);
  CHECK(list.expire(io::wall_time::max(), number).size() == number - 7);
}

TEST_CASE("the address book works at any time, and with any times in it") {
  peer::address_book book{{}, false};
  std::uint32_t number = 0;
  for (const io::wall_time heard : times_around(now)) {
    for (const io::wall_time attempted : times_around(now)) {
      peer::address_info stored;
      stored.address = stored.source = peer::to_wire({pappus::ip_address::v4(0x10000001 + (++number << 16)), 3414});
      stored.last_seen = heard;
      stored.last_try = attempted;
      stored.last_success = number % 2 == 0 ? attempted : io::wall_time{};
      stored.tried = number % 3 == 0;
      stored.failures = number % 12;
      book.restore(stored, now);
    }
  }
  CHECK(book.size() != 0);
  for (const io::wall_time each : times_around(now)) {
    const auto address = peer::to_wire({pappus::ip_address::v4(0x10000001 + (++number << 16)), 3414});
    book.add(address, address, each);
    book.attempted(address, each);
    book.succeeded(address, {}, "MW/Test", each);
    book.disconnected(address, each);
    book.failed(address, each);
    static_cast<void>(book.select(each));
    static_cast<void>(book.select_new(each));
    static_cast<void>(book.select_tried_collision(each));
    static_cast<void>(book.get_addresses(100, {}, each));
  }
  book.expire(10'000, io::wall_time::min());
  CHECK(book.size() != 0);
  book.expire(10'000, io::wall_time::max());
  book.expire(10'000, io::wall_time::max());
  for (const peer::address_info& each : book.list()) {
    CHECK(std::max({each.last_seen, each.last_try, each.last_success}) >
          io::wall_time::max() - limits::address_horizon);
  }
}

TEST_CASE("a stempool refuses durations out of range, and each turn of it ends") {
  using times = io::duration peer::dandelion_options::*;
  for (const times which : {&peer::dandelion_options::epoch, &peer::dandelion_options::epoch_jitter,
                            &peer::dandelion_options::aggregation}) {
    for (const auto mode : {peer::dandelion_mode::stem, peer::dandelion_mode::fluff}) {
      for (const io::duration each : support::extremes()) {
        auto options = support::only(mode);
        options.*which = each;
        const bool makes_sense = each > 0s && each <= limits::max_option_duration;
        CHECK((is_refused(options) != makes_sense || each == 0s));
        if (!is_refused(options)) check_stempool_goes_on(options);
      }
    }
  }
}

TEST_CASE("an infinite embargo is refused") {
  for (const io::duration each : support::for_ever()) {
    auto options = support::only(peer::dandelion_mode::stem);
    options.embargo.floor = each;
    CHECK(is_refused(options));
    options = support::only(peer::dandelion_mode::stem);
    options.embargo.mean = each;
    CHECK(is_refused(options));
  }
}

}  // namespace deadlines_test
