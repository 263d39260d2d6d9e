// Nodes at the other ends of private links, and the addresses that stand for them.
#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/peer/transport/private_links.hpp>
#include <pappus/peer/transport/transport_errc.hpp>
#include <pappus/tls/errc.hpp>

#include "tls/certificates.hpp"

namespace transport_private_links_test {

using namespace pappus;
using peer::private_links;
using peer::tls_options;

namespace {

constexpr tls::key_hash key(std::uint8_t first) { return {std::byte{first}}; }

tls_options with_peers(std::vector<peer::tls_peer> peers) {
  tls_options made;
  made.peers = std::move(peers);
  return made;
}

struct identities {
  io::wall_time now{std::chrono::hours{24 * 365 * 50}};
  tls_test::pem_folder files;
  tls_test::identity one{now, {"one"}};
  tls_test::identity other{now, {"other"}};
};

}  // namespace

TEST_CASE("each node has an address of its own that stands for it, whatever the direction, and no other node has it") {
  const private_links links{with_peers({{"a.example", 1, key(1)}, {"a.example", 2, key(2)}, {"b.example", 1, key(3)}})};
  const auto& all = links.outbound();
  REQUIRE(all.size() == 3);
  for (const auto& each : all) {
    CHECK(each.endpoint.address.is_named());
    CHECK(each.endpoint.port == each.node.port);
    CHECK(links.find(each.endpoint.address) == &each);
    CHECK(*links.name_of(each.endpoint.address) == each.node.host);
    CHECK(links.endpoint_of(each.node.key) == each.endpoint);
  }
  CHECK(all[0].endpoint.address != all[1].endpoint.address);
  CHECK(all[0].endpoint.address != all[2].endpoint.address);
  CHECK(links.find(ip_address::v4(1)) == nullptr);
  CHECK(links.name_of(ip_address::v4(1)) == nullptr);
}

TEST_CASE("a node that only connects itself has an address that stands for its key") {
  tls_options how;
  how.allowed_keys = {key(7), key(8)};
  const private_links links{how};
  const io::endpoint seven = links.endpoint_of(key(7));
  CHECK(seven.address.is_named());
  CHECK(seven.port == 0);
  CHECK(*links.name_of(seven.address) == tls::to_hex(key(7)));
  CHECK(links.find(seven.address) == nullptr);
  CHECK(links.endpoints().size() == 2);
  CHECK(links.endpoint_of(key(8)).address != seven.address);
}

TEST_CASE("of several nodes with one key none is taken for another") {
  const private_links links{with_peers({{"a.example", 1, key(1)}, {"b.example", 1, key(1)}})};
  const io::endpoint of_key = links.endpoint_of(key(1));
  for (const auto& each : links.outbound()) CHECK(each.endpoint != of_key);
}

TEST_CASE("the files are read once, and say by which key this node is known") {
  const identities on;
  tls_test::pem_folder files;
  tls_options how = with_peers({{"a.example", 1, key(1)}});
  how.own = files.files({&on.one});
  private_links links{how};
  CHECK_FALSE(links.own_key());
  REQUIRE(links.open());
  CHECK(links.own_key() == on.one.key_hash());
  CHECK(links.outbound().front().client);
}

TEST_CASE("files that are missing, no certificate, or do not belong together are an error") {
  identities on;
  const tls::certificate_files one = on.files.files({&on.one});
  const tls::certificate_files other = on.files.files({&on.other});
  for (const auto& [own, why] : std::vector<std::pair<tls::certificate_files, tls::errc>>{
           {{one.chain, on.files.next()}, tls::errc::key_missing},
           {{on.files.next(), one.key}, tls::errc::certificate_missing},
           {{one.chain, other.key}, tls::errc::key_mismatch},
           {{one.key, one.chain}, tls::errc::certificate_malformed}}) {
    tls_options how;
    how.own = own;
    how.listen = io::endpoint{{}, 1};
    how.allowed_keys = {key(1)};
    private_links links{how};
    const auto opened = links.open();
    REQUIRE_FALSE(opened);
    CHECK(opened.error() == why);
  }
}

TEST_CASE("a link to this node itself is an error, and its key among those that are allowed is none") {
  identities on;
  tls_options how;
  how.own = on.files.files({&on.one});
  how.listen = io::endpoint{{}, 1};
  how.allowed_keys = {on.one.key_hash(), on.other.key_hash()};
  CHECK(private_links{how}.open());
  how.peers = {{"a.example", 1, on.one.key_hash()}};
  CHECK(private_links{how}.open().error() == peer::transport_errc::own_key);
  how.peers.clear();
  how.allowed_keys.pop_back();
  CHECK(private_links{how}.open().error() == peer::transport_errc::own_key);
}

TEST_CASE("settings that cannot work are refused by name") {
  const auto refused = [](const std::function<void(tls_options&)>& change) -> std::string {
    tls_options how = with_peers({{"a.example", 1, key(1)}});
    how.listen = io::endpoint{{}, 0};
    how.allowed_keys = {key(1)};
    how.own = {"certificate", "key"};
    change(how);
    try {
      how.check("tls");
    } catch (const std::invalid_argument& wrong) {
      return wrong.what();
    }
    return {};
  };
  CHECK(refused([](tls_options&) {}).empty());
  CHECK(refused([](tls_options& how) { how = {}; }).empty());
  CHECK(refused([](tls_options& how) { how.peers[0].port = 0; }).find("tls.peers") == 0);
  CHECK(refused([](tls_options& how) { how.peers[0].host.clear(); }).find("tls.peers") == 0);
  CHECK(refused([](tls_options& how) { how.own.key.clear(); }).find("tls.own") == 0);
  CHECK(refused([](tls_options& how) { how.own = {}; }).find("tls.own") == 0);
  CHECK(refused([](tls_options& how) { how.allowed_keys.clear(); }).find("tls.allowed_keys") == 0);
}

}  // namespace transport_private_links_test
