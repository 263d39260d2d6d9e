// Names of onion services, right and wrong ones.
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <pappus/peer/transport/onion_name.hpp>

namespace transport_onion_name_test {

using namespace pappus;
using peer::fault_of_onion_name;

namespace {

const std::string good = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid";  // that of the Tor project

std::string with_character(std::size_t at, char c) {
  std::string changed = good;
  changed[at] = c;
  return changed + ".onion";
}

}  // namespace

TEST_CASE("a right name is one in either case, and only whole") {
  CHECK(peer::is_onion_service(good + ".onion"));
  std::string upper = good;
  for (char& each : upper) {
    if (each >= 'a') each = static_cast<char>(each - 'a' + 'A');
  }
  CHECK(peer::is_onion_service(upper + ".Onion"));
  for (const std::string& name : {good, good + ".onion.example", good + ".onion.", "www." + good + ".onion"}) {
    CAPTURE(name);
    CHECK_FALSE(peer::is_onion_service(name));
  }
}

TEST_CASE("each changed character is found, by the checksum or the version") {
  for (std::size_t i = 0; i != good.size(); ++i) {
    CAPTURE(i);
    CHECK_FALSE(peer::is_onion_service(with_character(i, good[i] == 'a' ? 'b' : 'a')));
  }
}

TEST_CASE("what is wrong with a name is said") {
  const auto says = [](const std::string& name, std::string_view what) {
    CAPTURE(name);
    CHECK(fault_of_onion_name(name).find(what) != std::string_view::npos);
  };
  says("facebookcorewwwi.onion", "version 2");
  says(".onion", "56 characters");
  says(good.substr(1) + ".onion", "56 characters");
  says("a" + good + ".onion", "56 characters");
  says(with_character(0, '1'), "digits from 2 to 7");
  says(with_character(3, '.'), "digits from 2 to 7");
  says(with_character(55, 'a'), "not of version 3");
  says(with_character(0, 'a'), "checksum");
  CHECK(fault_of_onion_name(good + ".onion").empty());
}

TEST_CASE("names in the domain .onion are told from others") {
  CHECK(peer::is_in_onion_domain("a.onion."));
  CHECK(peer::is_in_onion_domain("A.ONION"));
  CHECK_FALSE(peer::is_in_onion_domain("onion"));
  CHECK_FALSE(peer::is_in_onion_domain("onion.example"));
}

}  // namespace transport_onion_name_test
