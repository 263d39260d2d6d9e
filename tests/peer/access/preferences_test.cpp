#include <memory>
#include <string_view>

#include <doctest/doctest.h>
#include <support/addresses.hpp>

#include <pappus/peer/access/preferences.hpp>

namespace access_preferences_test {

using namespace pappus;
using peer::direction;
using peer::preferences;
using support::at;
using support::ip;
using support::range;

namespace {

struct bench {
  explicit bench(std::vector<io::endpoint_range> prefer) : lists{{}, {}, std::move(prefer)} {}

  [[nodiscard]] peer::peer_info connection(std::string_view where, direction way = direction::inbound) {
    peer::peer_info made;
    made.id = ++last_id;
    made.endpoint = at(where);
    made.direction = way;
    return made;
  }

  peer::peer_lists lists;
  peer::ban_list none;
  peer::connection_gater judge{none, lists};
  preferences preferred{judge};
  std::uint64_t last_id = 0;
};

}  // namespace

TEST_CASE("a preference belongs to one connection from an address at a time, whatever port that claims") {
  bench on{{range("1.2.3.4:5")}};
  CHECK(on.preferred.has_one_left(ip("1.2.3.4")));
  CHECK_FALSE(on.preferred.has_one_left(ip("1.2.3.5")));
  {
    const auto first = on.connection("1.2.3.4:9");
    const auto second = on.connection("1.2.3.4:5");
    const preferences::claim one{on.preferred, first};
    const preferences::claim other{on.preferred, second};
    CHECK(on.preferred.holds(first));
    CHECK_FALSE(on.preferred.holds(second));
    CHECK_FALSE(on.preferred.has_one_left(ip("1.2.3.4")));
  }
  CHECK(on.preferred.has_one_left(ip("1.2.3.4")));
}

TEST_CASE("who was dialled where the list says holds the preference before whoever merely comes from there") {
  bench on{{range("1.2.3.4:5")}};
  const auto liar = on.connection("1.2.3.4:5");
  const auto real = on.connection("1.2.3.4:5", direction::outbound);
  const auto elsewhere = on.connection("1.2.3.4:6", direction::outbound);
  const preferences::claim early{on.preferred, liar};
  const preferences::claim beside{on.preferred, elsewhere};
  CHECK(on.preferred.holds(liar));
  {
    const preferences::claim late{on.preferred, real};
    CHECK(on.preferred.holds(real));
    CHECK_FALSE(on.preferred.holds(liar));
  }
  CHECK(on.preferred.holds(liar));
  CHECK_FALSE(on.preferred.holds(elsewhere));
}

TEST_CASE("an address has as many as peers there are listed, and each address of a block has one") {
  bench on{{range("1.2.3.4:5"), range("1.2.3.4:6"), range("1.2.3.4:6"), range("1.2.0.0/16")}};
  CHECK(on.judge.preferences_at(ip("1.2.3.4")) == 2);
  CHECK(on.judge.preferences_at(ip("1.2.9.9")) == 1);
  CHECK(on.judge.preferences_at(ip("1.3.0.0")) == 0);
  CHECK(on.judge.prefers(at("1.2.3.4:6")));
  CHECK(on.judge.prefers(at("1.2.9.9:80")));
  CHECK_FALSE(on.judge.prefers(at("1.3.0.0:80")));
}

}  // namespace access_preferences_test
