// The sessions that count as preferred.
#include <memory>
#include <string_view>

#include <doctest/doctest.h>
#include <support/addresses.hpp>

#include <pappus/peer/access/preferred_sessions.hpp>

namespace access_preferences_test {

using namespace pappus;
using peer::direction;
using peer::preferred_sessions;
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
  peer::connection_gater gater{none, lists};
  preferred_sessions preferred{gater};
  std::uint64_t last_id = 0;
};

}  // namespace

TEST_CASE("one connection at a time from an address is preferred, whatever port it announces") {
  bench on{{range("1.2.3.4:5")}};
  CHECK(on.preferred.has_free_claim(ip("1.2.3.4")));
  CHECK_FALSE(on.preferred.has_free_claim(ip("1.2.3.5")));
  {
    const auto first = on.connection("1.2.3.4:9");
    const auto second = on.connection("1.2.3.4:5");
    const preferred_sessions::claim one{on.preferred, first};
    const preferred_sessions::claim other{on.preferred, second};
    CHECK(on.preferred.contains(first));
    CHECK_FALSE(on.preferred.contains(second));
    CHECK_FALSE(on.preferred.has_free_claim(ip("1.2.3.4")));
  }
  CHECK(on.preferred.has_free_claim(ip("1.2.3.4")));
}

TEST_CASE("an outbound peer at a listed endpoint is preferred before inbound peers from its address") {
  bench on{{range("1.2.3.4:5")}};
  const auto liar = on.connection("1.2.3.4:5");
  const auto real = on.connection("1.2.3.4:5", direction::outbound);
  const auto elsewhere = on.connection("1.2.3.4:6", direction::outbound);
  const preferred_sessions::claim early{on.preferred, liar};
  const preferred_sessions::claim beside{on.preferred, elsewhere};
  CHECK(on.preferred.contains(liar));
  {
    const preferred_sessions::claim late{on.preferred, real};
    CHECK(on.preferred.contains(real));
    CHECK_FALSE(on.preferred.contains(liar));
  }
  CHECK(on.preferred.contains(liar));
  CHECK_FALSE(on.preferred.contains(elsewhere));
}

TEST_CASE("an address has as many preferred sessions as listed peers, and each address of a block has one") {
  bench on{{range("1.2.3.4:5"), range("1.2.3.4:6"), range("1.2.3.4:6"), range("1.2.0.0/16")}};
  CHECK(on.gater.preferences_at(ip("1.2.3.4")) == 2);
  CHECK(on.gater.preferences_at(ip("1.2.9.9")) == 1);
  CHECK(on.gater.preferences_at(ip("1.3.0.0")) == 0);
  CHECK(on.gater.prefers(at("1.2.3.4:6")));
  CHECK(on.gater.prefers(at("1.2.9.9:80")));
  CHECK_FALSE(on.gater.prefers(at("1.3.0.0:80")));
}

}  // namespace access_preferences_test
