#include "link_keys.hpp"

#include <string>

#include <tls/certificates.hpp>

#include <pappus/mix64.hpp>

#include "address_families.hpp"

namespace chaos {
namespace {

constexpr std::uint16_t tls_port = 3415;
constexpr std::size_t group = 4;  // nodes of which one accepts a link, and another one makes it

struct keys {
  tls_test::pem_folder files;
  tls_test::identity accepts{tls_test::ed25519_key(1), pappus::sim::world_options{}.epoch, {"accepts"}};
  tls_test::identity connects{tls_test::ed25519_key(2), pappus::sim::world_options{}.epoch, {"connects"}};
  pappus::tls::certificate_files of_accepts = files.files({&accepts});
  pappus::tls::certificate_files of_connects = files.files({&connects});

  [[nodiscard]] static keys& get() {
    static keys made;
    return made;
  }
};

}  // namespace

bool has_links(std::uint64_t seed) noexcept { return pappus::mix64(seed ^ 0x6c696e6b) % 3 == 0; }

std::optional<std::size_t> linked_to(std::size_t node) noexcept {
  return node % group == 1 ? std::optional{node - 1} : std::nullopt;
}

pappus::peer::tls_options links_of(std::size_t node, pappus::sim::world& world) {
  keys& known = keys::get();
  pappus::peer::tls_options made;
  if (const auto other = linked_to(node)) {
    made.own = known.of_connects;
    const pappus::ip_address reached = address_for(*world.machines()[node], *world.machines()[*other]);
    made.peers.push_back({to_string(reached), tls_port, known.accepts.key_hash()});
  } else if (node % group == 0) {
    made.own = known.of_accepts;
    made.listen = pappus::io::endpoint{world.machines()[node]->address().unspecified(), tls_port};
    made.allowed_keys.push_back(known.connects.key_hash());
  }
  return made;
}

void make_link_keys() { static_cast<void>(keys::get()); }

}  // namespace chaos
