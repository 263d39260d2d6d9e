// The bodies of Hand and Shake.
#include <pappus/wire/messages/handshake.hpp>

namespace pappus::wire::messages {

hand hand::read(reader& in) {
  hand value;
  value.version = protocol_version{in.u32("version")};
  value.capabilities = wire::capabilities::from_bits(in.u32("capabilities"));
  value.nonce = in.u64("nonce");
  value.total_difficulty = in.u64("total_difficulty");
  value.sender = peer_address::read(in, "sender");
  value.receiver = peer_address::read(in, "receiver");
  value.user_agent = in.text("user_agent");
  value.genesis = in.fixed<hash>("genesis");
  return value;
}

void hand::write(writer& out) const {
  out.u32(version.number);
  out.u32(capabilities.bits());
  out.u64(nonce);
  out.u64(total_difficulty);
  sender.write(out);
  receiver.write(out);
  out.text(user_agent, "user_agent");
  out.fixed(genesis);
}

std::size_t hand::size(protocol_version) const noexcept {
  return 4 + 4 + 8 + 8 + sender.size() + receiver.size() + 8 + user_agent.size() + hash::size;
}

shake shake::read(reader& in) {
  shake value;
  value.version = protocol_version{in.u32("version")};
  value.capabilities = wire::capabilities::from_bits(in.u32("capabilities"));
  value.total_difficulty = in.u64("total_difficulty");
  value.user_agent = in.text("user_agent");
  value.genesis = in.fixed<hash>("genesis");
  return value;
}

void shake::write(writer& out) const {
  out.u32(version.number);
  out.u32(capabilities.bits());
  out.u64(total_difficulty);
  out.text(user_agent, "user_agent");
  out.fixed(genesis);
}

std::size_t shake::size(protocol_version) const noexcept { return 4 + 4 + 8 + 8 + user_agent.size() + hash::size; }

}  // namespace pappus::wire::messages
