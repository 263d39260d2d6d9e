#include "sockets.hpp"

namespace pappus::sim {
namespace {

constexpr std::uint16_t first_dynamic_port = 49152;
constexpr std::uint16_t last_dynamic_port = 65535;

constexpr ip_address any_v6 = ip_address::v6({});  // which stands for the addresses of both families

constexpr ip_address loopback_of(const ip_address& family) noexcept {
  return family.is_v4() ? ip_address::v4(0x7f000001) : ip_address::v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
}

std::error_code error(std::errc why) noexcept { return std::make_error_code(why); }

}  // namespace

result<io::endpoint> sockets::bind_listener(io::endpoint wanted) const noexcept {
  if (!wanted.address.is_unspecified() && !own(wanted.address)) {
    return failure{error(std::errc::address_not_available)};
  }
  if (wanted.port == 0) wanted.port = free_port();
  if (wanted.port == 0 || listening(wanted)) return failure{error(std::errc::address_in_use)};
  return wanted;
}

result<io::endpoint> sockets::bind_dialer(io::endpoint wanted, io::endpoint remote) {
  if (wanted.address.is_unspecified()) {
    PAPPUS_TRY(source, source_for(remote.address));
    wanted.address = source;
  }
  if (!own(wanted.address)) return failure{error(std::errc::address_not_available)};
  if (wanted.address.is_v4() != remote.address.is_v4()) return failure{error(std::errc::address_family_not_supported)};
  if (wanted.port == 0) {
    wanted.port = free_port();
    if (wanted.port == 0) return failure{error(std::errc::address_not_available)};
    last_port_ = wanted.port;
  } else if (dialed_from_.contains(wanted.port) || listening(wanted)) {
    return failure{error(std::errc::address_in_use)};
  }
  dialed_from_.insert(wanted.port);
  return wanted;
}

void sockets::remove(stream& released, std::uint16_t port) noexcept {
  streams_.remove(released);
  if (port != 0) dialed_from_.erase(port);
}

listener* sockets::listener_at(io::endpoint endpoint) const noexcept {
  listener* found = nullptr;
  listeners_.for_each([&](listener& each) {
    if (found == nullptr && each.serves(endpoint)) found = &each;
  });
  return found;
}

bool sockets::listening(io::endpoint endpoint) const noexcept {
  bool in_use = false;
  listeners_.for_each([&](const listener& each) {
    const io::endpoint other = each.local_endpoint();
    const bool both = endpoint.address.is_unspecified() && (other.address.is_v4() || !endpoint.address.is_v4());
    in_use = in_use || (both && other.port == endpoint.port) || each.serves(endpoint);
  });
  return in_use;
}

result<ip_address> sockets::source_for(const ip_address& remote) const noexcept {
  if (remote.is_loopback()) return loopback_of(remote);
  const auto mine = std::ranges::find(own_, remote.is_v4(), &ip_address::is_v4);
  if (mine == own_.end()) return failure{error(std::errc::network_unreachable)};
  return *mine;
}

result<io::endpoint> sockets::bind_datagram_socket(io::endpoint wanted,
                                                   const std::optional<io::endpoint>& remote) noexcept {
  if (remote && wanted.address.is_unspecified()) {
    PAPPUS_TRY(source, source_for(remote->address));
    wanted.address = source;
  }
  if (!wanted.address.is_unspecified() && !own(wanted.address)) {
    return failure{error(std::errc::address_not_available)};
  }
  if (remote && wanted.address.is_v4() != remote->address.is_v4()) {
    return failure{error(std::errc::address_family_not_supported)};
  }
  if (wanted.port == 0) {
    wanted.port = free_datagram_port(wanted.address);
    last_datagram_port_ = wanted.port;
  }
  if (wanted.port == 0 || receiving(wanted)) return failure{error(std::errc::address_in_use)};
  return wanted;
}

datagram_socket* sockets::datagram_socket_at(const io::endpoint& to, const io::endpoint& from) const noexcept {
  datagram_socket* found = nullptr;
  datagram_sockets_.for_each([&](datagram_socket& each) {
    if (each.receives(to) && each.receives_from(from)) found = &each;
  });
  return found;
}

bool sockets::receiving(const io::endpoint& endpoint) const noexcept {
  bool in_use = false;
  datagram_sockets_.for_each([&](const datagram_socket& each) {
    const io::endpoint other = each.local_endpoint();
    const bool of_family = other.address.is_v4() == endpoint.address.is_v4();
    const bool covered = of_family && endpoint.address.is_unspecified() && other.port == endpoint.port;
    in_use = in_use || covered || each.receives(endpoint);
  });
  return in_use;
}

std::uint16_t sockets::free_datagram_port(const ip_address& address) const noexcept {
  std::uint16_t port = last_datagram_port_;
  for (unsigned tried = first_dynamic_port; tried <= last_dynamic_port; ++tried) {
    port = port == last_dynamic_port ? first_dynamic_port : static_cast<std::uint16_t>(port + 1);
    if (!receiving(io::endpoint{address, port})) return port;
  }
  return 0;
}

std::uint16_t sockets::free_port() const noexcept {
  std::uint16_t port = last_port_;
  for (unsigned tried = first_dynamic_port; tried <= last_dynamic_port; ++tried) {
    port = port == last_dynamic_port ? first_dynamic_port : static_cast<std::uint16_t>(port + 1);
    if (!dialed_from_.contains(port) && !listening(io::endpoint{any_v6, port})) return port;
  }
  return 0;
}

void sockets::die(bool resets) noexcept {
  streams_.for_each([resets](stream& each) { each.orphan(resets); });
  listeners_.for_each([](listener& each) { each.close(); });
  datagram_sockets_.for_each([](datagram_socket& each) { each.close(); });
}

}  // namespace pappus::sim
