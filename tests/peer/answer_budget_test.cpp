#include <chrono>
#include <cstdint>

#include <doctest/doctest.h>
#include <support/addresses.hpp>

#include <pappus/peer/answer_budget.hpp>

using namespace pappus;
using namespace std::chrono_literals;
using peer::answer_budget;
using support::at;
namespace limits = peer::limits;

namespace {

constexpr io::time_point start{};
constexpr std::size_t megabyte = 1 << 20;
const io::endpoint greedy = at("1.2.3.4:5");

/// Answers of a megabyte until no more are given; gives how many there were.
std::size_t drain(answer_budget& budget, io::endpoint whom, io::time_point now) {
  std::size_t given = 0;
  for (; budget.allows(whom, now); ++given) budget.spend(whom, megabyte, now);
  return given;
}

}  // namespace

TEST_CASE("a peer gets 64 MiB at once, and as much again within ten minutes, a tenth of it each minute") {
  answer_budget budget{{}};
  CHECK(drain(budget, greedy, start) == 64);
  CHECK(drain(budget, greedy, start) == 0);
  CHECK(drain(budget, greedy, start + 1min) == 7);  // the last one may overdraw
  CHECK(drain(budget, greedy, start + 1h) == 64);
  CHECK(drain(budget, at("1.2.3.5:5"), start) == 64);
}

TEST_CASE("who connects again from another port has no more; processes on the machine itself are told apart") {
  answer_budget budget{{}};
  CHECK(drain(budget, greedy, start) == 64);
  CHECK(drain(budget, at("1.2.3.4:6"), start) == 0);
  CHECK(drain(budget, at("127.0.0.1:5"), start) == 64);
  CHECK(drain(budget, at("127.0.0.1:6"), start) == 64);
}

TEST_CASE("an archive is given once in two hours, whatever else was") {
  answer_budget budget{{}};
  drain(budget, greedy, start);
  CHECK(budget.take_archive(greedy, start));
  CHECK_FALSE(budget.take_archive(greedy, start));
  CHECK_FALSE(budget.take_archive(greedy, start + 2h - 1s));
  CHECK(budget.take_archive(greedy, start + 2h));
}

TEST_CASE("a million askers take no more memory than the limit") {
  answer_budget budget{{}};
  for (std::uint32_t i = 0; i != 1'000'000; ++i) {
    budget.spend({{0x0a000000 + i}, 1}, 1, start + std::chrono::milliseconds{i});
    REQUIRE(budget.size() <= limits::answer_accounts);
  }
  CHECK(budget.forgiven() == 0);  // all had settled by then
  for (std::uint32_t i = 0; i != limits::answer_accounts; ++i) {
    budget.spend({{0x0b000000 + i}, 1}, limits::answer_bytes, start + 24h);
  }
  budget.spend({{0x0c000000}, 1}, 1, start + 24h);
  CHECK(budget.forgiven() == limits::answer_accounts);
}
