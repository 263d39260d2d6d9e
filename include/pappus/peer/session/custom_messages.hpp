// Messages that the application adds to Grin's protocol.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/rate_limit.hpp>
#include <pappus/wire/bytes.hpp>
#include <pappus/wire/chain_parameters.hpp>
#include <pappus/wire/error.hpp>
#include <pappus/wire/limits.hpp>
#include <pappus/wire/message.hpp>

namespace pappus::peer {

/// A message type with its type erased. `node_with` makes it.
struct custom_message {
  /// Decodes a body and handles it. Throws what the application's handler throws.
  using receiver = std::function<wire::decode_result<void>(const peer_info& sender, wire::bytes_view body,
                                                           const wire::codec_context&)>;

  std::uint8_t code = 0;
  const char* name = "";
  std::size_t max_size = 0;                 // of a body, bytes; longer ones disconnect the session
  std::shared_ptr<const receiver> receive;  // if null, received messages are ignored
  rate_limit limit;                         // of the messages received from one peer; more disconnect the session
};

/// Describes a message type for a chain, without a receiver.
template <wire::message Message>
[[nodiscard]] custom_message describe(const wire::chain_parameters& chain) {
  custom_message type;
  type.code = Message::code;
  type.name = Message::name;
  type.max_size = std::min<std::size_t>(wire::limits::read_tolerance * Message::cap(chain.limits),
                                        std::numeric_limits<std::uint32_t>::max());
  return type;
}

/// The custom messages of a node.
class custom_messages {
public:
  /// Adds a message, or replaces the one with its code.
  void set(custom_message type) {
    const auto found = std::ranges::find(messages_, type.code, &custom_message::code);
    if (found == messages_.end()) messages_.push_back(std::move(type));
    else *found = std::move(type);
  }

  /// Null if there is none with that code. O(custom messages).
  [[nodiscard]] const custom_message* find(std::uint8_t code) const noexcept {
    const auto found = std::ranges::find(messages_, code, &custom_message::code);
    return found == messages_.end() ? nullptr : &*found;
  }

private:
  std::vector<custom_message> messages_;
};

}  // namespace pappus::peer
