#include <chrono>
#include <string>

#include <doctest/doctest.h>
#include <support/addresses.hpp>

#include <pappus/peer/admission/admission.hpp>

namespace admission_admission_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::admission;
using peer::end_cause;
using support::at;
using support::ip;
using support::range;

namespace {

constexpr io::wall_time now{1'600'000'000s};

peer::ban against(std::string_view whom) {
  peer::ban made;
  made.whom = range(whom);
  made.cause = wire::ban_cause::bad_block;
  made.until = now + 1h;
  return made;
}

}  // namespace

TEST_CASE("without lists and bans everybody may come") {
  const peer::bans none;
  const admission open{none, {}};
  CHECK_FALSE(open.objection(ip("1.2.3.4"), now).has_value());
  CHECK_FALSE(open.objection(at("1.2.3.4:5"), now).has_value());
}

TEST_CASE("who is banned is kept out with the reason, until the ban has run out") {
  peer::bans list;
  list.add(against("1.2.3.0/24"));
  list.add(against("5.6.7.8:9"));
  const admission strict{list, {}};
  REQUIRE(strict.objection(ip("1.2.3.4"), now).has_value());
  CHECK(to_string(*strict.objection(ip("1.2.3.4"), now)) == "banned: bad block");
  CHECK_FALSE(strict.objection(ip("1.2.3.4"), now + 1h).has_value());
  CHECK_FALSE(strict.objection(ip("5.6.7.8"), now).has_value());  // a neighbour behind the same address may come
  CHECK(strict.objection(at("5.6.7.8:9"), now)->cause == end_cause::banned);
  CHECK_FALSE(strict.objection(at("5.6.7.8:10"), now).has_value());
}

TEST_CASE("who is denied is kept out, at the one port that was named or at all") {
  const peer::bans none;
  const admission strict{none, {{range("1.2.0.0/16"), range("5.6.7.8:9")}, {}}};
  CHECK(strict.objection(ip("1.2.255.1"), now)->cause == end_cause::denied);
  CHECK(strict.objection(at("1.2.0.0:7"), now)->cause == end_cause::denied);
  CHECK_FALSE(strict.objection(ip("5.6.7.8"), now).has_value());
  CHECK(strict.objection(at("5.6.7.8:9"), now)->cause == end_cause::denied);
}

TEST_CASE("where some are allowed, nobody else is, and the denied among them are not") {
  const peer::bans none;
  const admission strict{none, {{range("1.2.3.4")}, {range("1.2.0.0/16"), range("5.6.7.8:9")}}};
  CHECK_FALSE(strict.objection(at("1.2.3.5:1"), now).has_value());
  CHECK(strict.objection(at("1.2.3.4:1"), now)->cause == end_cause::denied);
  CHECK_FALSE(strict.objection(ip("5.6.7.8"), now).has_value());  // until its port is known
  CHECK_FALSE(strict.objection(at("5.6.7.8:9"), now).has_value());
  CHECK(strict.objection(at("5.6.7.8:10"), now)->cause == end_cause::denied);
  CHECK(strict.objection(ip("9.9.9.9"), now)->cause == end_cause::denied);
}

}  // namespace admission_admission_test
