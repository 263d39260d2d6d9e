#include <pappus/peer/session/message_monitor.hpp>

namespace pappus::peer {

void message_monitor::trace_message(const peer_info& peer, message_direction direction, std::uint8_t code,
                                    std::uint64_t bytes) const {
  passing_message message;
  message.direction = direction;
  message.code = code;
  const custom_message* const custom = custom_.find(code);
  message.name = custom != nullptr ? custom->name : session_messages::name_of(code);
  message.bytes = bytes;
  trace_(peer, message);
}

}  // namespace pappus::peer
