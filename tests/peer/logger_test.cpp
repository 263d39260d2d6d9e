// The logger: levels, escaping, and limits by category.
#include <chrono>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/io/timer.hpp>
#include <pappus/peer/limits.hpp>
#include <pappus/peer/logger.hpp>
#include <pappus/sim/world.hpp>

namespace logger_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::log_category;
using peer::log_level;
using peer::log_line;

namespace {

constexpr auto at_once = static_cast<std::size_t>(peer::limits::log_burst);

struct fixture {
  explicit fixture(log_level max_level)
      : say{machine.runtime(), [this](const log_line& line) { lines.push_back(line); }, max_level} {}

  /// Logs a line that many times.
  void repeat(std::size_t times, log_level level, log_category cause) {
    for (std::size_t n = 0; n != times; ++n) {
      say(level, cause, [this] { return "line " + std::to_string(++made); });
    }
  }

  sim::world world{1};
  sim::machine& machine = world.add_machine();
  std::vector<log_line> lines;
  int made = 0;
  peer::logger say;
};

}  // namespace

TEST_CASE("a line has its level, its category and its text") {
  fixture on{log_level::info};
  on.repeat(1, log_level::warning, log_category::store);
  REQUIRE(on.lines.size() == 1);
  CHECK(on.lines[0].level == log_level::warning);
  CHECK(on.lines[0].category == log_category::store);
  CHECK(on.lines[0].text == "line 1");
  CHECK(on.lines[0].suppressed == 0);
}

TEST_CASE("quoted text is escaped, so that it stays one line") {
  fixture on{log_level::info};
  on.say(log_level::info, log_category::session, [] { return std::string{"a\n\x1b[2J\xe2\x80\xae\xff"} + "b"; });
  REQUIRE(on.lines.size() == 1);
  CHECK(on.lines[0].text == "a\\u000a\\u001b[2J\\u202e\\xffb");
}

TEST_CASE("a category has a limit of lines, and the next line has the number of suppressed ones") {
  fixture on{log_level::info};
  on.repeat(at_once + 1000, log_level::info, log_category::eviction);
  CHECK(on.lines.size() == at_once);
  on.world.run_for(std::chrono::seconds{static_cast<int>(1 / peer::limits::log_rate) + 1});
  on.repeat(10, log_level::info, log_category::eviction);
  REQUIRE(on.lines.size() == at_once + 1);
  CHECK(on.lines.back().suppressed == 1000);
  on.world.run_for(24h);
  on.repeat(at_once + 1, log_level::info, log_category::eviction);
  CHECK(on.lines.size() == 2 * at_once + 1);
  CHECK(on.lines[at_once + 1].suppressed == 9);
  CHECK(on.lines[at_once + 2].suppressed == 0);
  CHECK(on.say.statistics().lines[log_category::eviction] == on.lines.size());
  CHECK(on.say.statistics().suppressed[log_category::eviction] == 1010);
}

TEST_CASE("many lines of one category do not suppress another") {
  fixture on{log_level::debug};
  on.repeat(1'000'000, log_level::debug, log_category::session);
  on.repeat(1, log_level::warning, log_category::store);
  CHECK(on.lines.size() == at_once + 1);
  CHECK(on.lines.back().category == log_category::store);
}

TEST_CASE("a line of a disabled level is neither formatted nor counted") {
  fixture on{log_level::warning};
  on.repeat(1000, log_level::info, log_category::store);
  on.repeat(1000, log_level::debug, log_category::store);
  CHECK(on.made == 0);
  on.repeat(at_once + 5, log_level::error, log_category::store);
  CHECK(on.made == at_once);
  CHECK(on.say.statistics().suppressed.total() == 5);
}

TEST_CASE("without a sink every level is disabled") {
  sim::world world{1};
  peer::logger silent{world.add_machine().runtime(), {}, log_level::debug};
  CHECK_FALSE(silent.wants(log_level::error));
  bool made = false;
  silent(log_level::error, log_category::store, [&made] { return made = true, std::string{}; });
  CHECK_FALSE(made);
  CHECK(silent.statistics().lines.total() == 0);
}

TEST_CASE("an exception of the sink or of the formatting is counted and not passed on") {
  sim::world world{1};
  sim::machine& machine = world.add_machine();
  int heard = 0;
  peer::logger say{machine.runtime(),
                   [&heard](const log_line&) {
                     ++heard;
                     throw std::runtime_error{"the disk is full"};
                   },
                   log_level::info};
  say(log_level::info, log_category::ban, [] { return std::string{"line"}; });
  say(log_level::info, log_category::ban, []() -> std::string { throw std::bad_alloc{}; });
  CHECK(heard == 1);
  CHECK(say.statistics().failures == 2);
}

}  // namespace logger_test
