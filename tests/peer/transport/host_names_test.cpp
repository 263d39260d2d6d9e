// Addresses that stand for names.
#include <string>

#include <doctest/doctest.h>

#include <pappus/peer/store/address_rules.hpp>
#include <pappus/peer/transport/host_names.hpp>

namespace transport_host_names_test {

using namespace pappus;
using peer::host_names;

TEST_CASE("a name has one address, whatever its case, and in each run; others have others") {
  host_names names;
  const ip_address first = names.add("Host.Example");
  CHECK(names.add("host.example") == first);
  CHECK(*names.find(first) == "host.example");
  CHECK(host_names{}.add("host.example") == first);
  CHECK(names.add("other.example") != first);
  CHECK(names.find(ip_address::v4(1)) == nullptr);
}

TEST_CASE("an address that stands for a name is nobody else's, and none that a peer can have") {
  host_names names;
  const ip_address one = names.add("one.example");
  const ip_address other = names.add("other.example");
  CHECK(one.is_named());
  CHECK_FALSE(one.is_unicast());
  CHECK_FALSE(one.is_routable());
  CHECK_FALSE(peer::is_peers_address({one, 3414}, false));
  CHECK(one.netgroup() != other.netgroup());
  CHECK(one.first_of_block(one.netgroup_prefix()) != other.first_of_block(other.netgroup_prefix()));
  CHECK_FALSE(ip_address::v4(0x0a000001).is_named());
  CHECK_FALSE(ip_address::parse("fd00::1").value().is_named());
  CHECK(ip_address::parse("fd00::1").value().is_unicast());
}

}  // namespace transport_host_names_test
