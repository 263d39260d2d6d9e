// The bodies of GetPeerAddrs and PeerAddrs.
#include <algorithm>

#include <pappus/wire/messages/peer_addrs.hpp>

namespace pappus::wire::messages {

get_peer_addrs get_peer_addrs::read(reader& in) noexcept {
  return {wire::capabilities::from_bits(in.u32("capabilities"))};
}

void get_peer_addrs::write(writer& out) const { out.u32(capabilities.bits()); }

peer_addrs peer_addrs::read(reader& in) {
  const std::uint32_t count = in.count(limits::max_peer_addrs, "count");
  peer_addrs value;
  value.addresses.reserve(std::min<std::size_t>(count, in.remaining() / peer_address::smallest));
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    in.element(i);
    const peer_address address = peer_address::read(in, "addresses[]");
    if (in.ok()) value.addresses.push_back(address);
  }
  return value;
}

void peer_addrs::write(writer& out) const {
  if (addresses.size() > limits::max_peer_addrs) return out.fail(encode_errc::over_limit, "addresses");
  out.u32(static_cast<std::uint32_t>(addresses.size()));
  for (const peer_address& address : addresses) address.write(out);
}

std::size_t peer_addrs::size(protocol_version) const noexcept {
  std::size_t total = 4;
  for (const peer_address& address : addresses) total += address.size();
  return total;
}

}  // namespace pappus::wire::messages
