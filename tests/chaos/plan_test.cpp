// Plans of faults: drawn from a seed, written, read, and shrunk.
#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include <chaos/fault_kinds.hpp>
#include <chaos/plan.hpp>
#include <chaos/shrink.hpp>
#include <doctest/doctest.h>

namespace plan_test {

using namespace chaos;

constexpr run_size small{20, 4, 30};

TEST_CASE("a seed always gives the same plan, and different seeds give different ones") {
  CHECK(draw_plan(7, small).faults == draw_plan(7, small).faults);
  CHECK(draw_plan(7, small).faults != draw_plan(8, small).faults);
}

TEST_CASE("each kind of fault occurs in some plans and is missing in others, within the run and its targets") {
  std::vector<std::size_t> plans(fault_kinds().size());
  for (std::uint64_t seed = 0; seed != 100; ++seed) {
    std::set<std::size_t> kinds;
    for (const fault& each : draw_plan(seed, small).faults) {
      kinds.insert(each.kind);
      CHECK(each.begin < each.end);
      CHECK(each.end <= small.length());
      CHECK(each.target < (fault_kinds()[each.kind].is_hostile ? small.hostile : small.nodes));
    }
    for (const std::size_t each : kinds) ++plans[each];
  }
  for (const std::size_t each : plans) {
    CHECK(each > 0);
    CHECK(each < 100);
  }
}

TEST_CASE("without machines of attackers there is no attack") {
  for (std::uint64_t seed = 0; seed != 20; ++seed) {
    for (const fault& each : draw_plan(seed, {20, 0, 30}).faults) CHECK_FALSE(fault_kinds()[each.kind].is_hostile);
  }
}

TEST_CASE("the text of a plan is read as that plan, also with comments") {
  const plan drawn = draw_plan(7, small);
  const auto read = plan_from_text("# of a test\n\n" + to_text(drawn));
  REQUIRE(read);
  CHECK(read->seed == 7);
  CHECK(read->size.nodes == small.nodes);
  CHECK(read->faults == drawn.faults);
  CHECK(to_text(*read) == to_text(drawn));
}

TEST_CASE("a fault that cannot be is refused, with the number of the line, the reason, and the line") {
  constexpr std::pair<const char*, const char*> cases[] = {
      {"crash", "KIND TARGET BEGIN END LEVEL"},
      {"crash 1 130 140 5 6", "KIND TARGET BEGIN END LEVEL"},
      {"crash 20 130 140 5", "TARGET, a node, is a number, 0 to 19"},
      {"crash 1 140 130 5", "BEGIN is before END"},
      {"crash 1 -1 130 5", "BEGIN and END are seconds, 0 to 1800"},
      {"crash 1 130 1801 5", "BEGIN and END are seconds, 0 to 1800"},
      {"crash 1 nan 140 5", "BEGIN and END are seconds"},
      {"crash 1 inf 140 5", "BEGIN and END are seconds"},
      {"crash 1 1e300 140 5", "BEGIN and END are seconds"},
      {"crash 1 9300000000000000 140 5", "BEGIN and END are seconds"},
      {"crash 1 130 -1e300 5", "BEGIN and END are seconds"},
      {"crash 1 130 140 1000", "LEVEL is a number, 0 to 999"},
      {"crash 1 130 140 -1", "LEVEL is a number"},
      {"garbage 4 130 140 5", "TARGET, an attacker's machine, is a number, 0 to 3"},
      {"meteorite 1 130 140 5", "there is no kind of fault `meteorite`"},
  };
  for (const auto& [bad, reason] : cases) {
    const auto read = plan_from_text(std::string{"# by hand\nplan 1 20 4 30\n\n"} + bad + "\ncrash\n");
    REQUIRE_FALSE(read);
    CHECK(read.error().find("line 4: ") == 0);
    CHECK(read.error().find(reason) != std::string::npos);
    CHECK(read.error().ends_with(std::string{": "} + bad));
  }
  CHECK(plan_from_text("plan 1 20 0 30\ngarbage 0 130 140 5\n").error().find("HOSTILE") != std::string::npos);
}

TEST_CASE("a plan without a sound first line is refused") {
  for (const char* const bad : {"", "# nothing\n", "crash 1 130 140 5\n", "plan 1 20 4\n", "plan 1 20 4 30 9\n",
                                "plan 1 4 4 30\n", "plan x 20 4 30\n", "plan 1 20 4 2\n", "plan 1 20 10001 30\n"}) {
    CHECK_FALSE(plan_from_text(bad));
  }
}

TEST_CASE("the island of a partition has a larger share of the machines at a higher level, and may be empty") {
  constexpr std::size_t machines = 10'000;
  fault cut;
  CHECK(island_of(cut, machines).size() > machines / 100);
  CHECK(island_of(cut, machines).size() < machines / 33);
  cut.level = 999;
  CHECK(island_of(cut, machines).size() > machines / 2);
  CHECK(island_of(cut, machines).size() < machines * 53 / 100);
  CHECK(island_of(fault{}, 1).size() < 2);
  bool one_is_empty = false;
  for (cut.target = 0, cut.level = 0; cut.target != 20; ++cut.target) {
    one_is_empty = one_is_empty || island_of(cut, 24).empty();
  }
  CHECK(one_is_empty);
}

/// Fails if all of these faults are there.
broken_by needing(const std::vector<fault>& all, std::size_t& tried) {
  return [all, &tried](const std::vector<plan>& candidates) {
    std::vector<bool> broken;
    for (const plan& each : candidates) {
      ++tried;
      broken.push_back(std::ranges::all_of(
          all, [&](const fault& needed) { return std::ranges::find(each.faults, needed) != each.faults.end(); }));
    }
    return broken;
  };
}

TEST_CASE("shrinking leaves the faults that a failure needs, and no others, however many are tried at once") {
  const plan drawn = draw_plan(11, small);
  REQUIRE(drawn.faults.size() > 40);
  for (const std::size_t at_once : {1U, 3U, 8U}) {
    std::size_t tried = 0;
    const std::vector<fault> needed{drawn.faults[3], drawn.faults[20], drawn.faults[39]};
    CHECK(shrink(drawn, needing(needed, tried), at_once).faults == needed);
    CHECK(tried < 300);
    CHECK(shrink(drawn, needing({}, tried), at_once).faults.empty());
  }
}

}  // namespace plan_test
