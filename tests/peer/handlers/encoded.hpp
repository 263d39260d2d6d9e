// The encoded body of a message.
#pragma once

#include <pappus/wire/bytes.hpp>
#include <pappus/wire/grin_messages.hpp>

namespace support {

/// In the latest protocol version.
template <pappus::wire::message Message>
[[nodiscard]] pappus::wire::bytes encoded(const Message& message) {
  return pappus::wire::encode(message, pappus::wire::latest_version).value();
}

}  // namespace support
