#include <pappus/peer/session/message_monitor.hpp>

namespace pappus::peer {

void message_monitor::show(const peer_info& peer, message_direction way, std::uint8_t code, std::uint64_t bytes) const {
  passing_message what;
  what.direction = way;
  what.code = code;
  const custom_message* const custom = custom_.find(code);
  what.name = custom != nullptr ? custom->name : session_messages::name_of(code);
  what.bytes = bytes;
  trace_(peer, what);
}

}  // namespace pappus::peer
