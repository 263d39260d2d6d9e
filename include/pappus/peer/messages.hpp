// The protocol of sessions.
#pragma once

#include <pappus/wire/grin_messages.hpp>
#include <pappus/wire/protocol.hpp>

namespace pappus::peer {

using session_messages = wire::grin_messages;

}  // namespace pappus::peer
