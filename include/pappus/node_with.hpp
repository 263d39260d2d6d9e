// A node whose protocol has messages of the application.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include <pappus/node.hpp>
#include <pappus/peer/session/custom_messages.hpp>
#include <pappus/wire/message.hpp>

namespace pappus {

/// A node that sends and handles these messages, too. Their codes must not be those of Grin's messages. Grin's nodes
/// ignore messages with codes that they do not know, up to the size of a block.
///
///     pappus::node_with<price> node{loop, config, adapter};
///     node.handle<price>([&](const peer::peer_info& from, price said) { ... });
///     node.broadcast(price{60, 180, "EUR"});
///
/// A message type limits its size with `cap`, as every `wire::message`: longer ones than
/// `wire::limits::read_tolerance` times that are neither sent nor received.
template <wire::message... Messages>
class node_with final : public node {
  static_assert(wire::codes_are_distinct<Messages...>(), "two of these messages have the same code");
  static_assert((... && !wire::grin_messages::is_known(Messages::code)), "the code of a message of Grin's protocol");

  template <class Message>
  static constexpr bool lists = (... || std::same_as<Message, Messages>);

public:
  /// As for `node`.
  node_with(io::runtime& runtime, node_config config, integration::adapter functions)
      : node(runtime, std::move(config), std::move(functions)) {
    (..., set_message(peer::describe<Messages>(this->config().chain)));
  }

  using node::broadcast;
  using node::handle;

  /// Sets the handler of a message type, called on the loop for each message of that type that a peer sends; without
  /// one, or with an empty one, they are ignored. A message that cannot be decoded disconnects the session, as does an
  /// exception of the handler, or a peer that exceeds `limit`, which counts from its first message under that limit.
  /// Throws `std::invalid_argument` if `limit` is out of its range.
  template <class Message>
  void handle(std::function<void(const peer::peer_info& from, Message said)> handler,
              const peer::rate_limit& limit = {}) {
    static_assert(lists<Message>, "not a message of this node: name it in node_with<...>");
    limit.check();
    peer::custom_message type = peer::describe<Message>(config().chain);
    type.limit = limit;
    auto receive = [handler](const peer::peer_info& from, wire::bytes_view body,
                             const wire::codec_context& spoken) -> wire::decode_result<void> {
      PAPPUS_TRY(said, wire::decode<Message>(body, spoken));
      handler(from, std::move(said));
      return {};
    };
    if (handler) type.receive = std::make_shared<const peer::custom_message::receiver>(std::move(receive));
    set_message(std::move(type));
  }

  /// Queues a message for one peer. False if there is no such peer, or the message is longer
  /// than peers read: `wire::limits::read_tolerance` times its `cap`.
  template <class Message>
  bool send(std::uint64_t peer, const Message& message, peer::send_priority in = peer::send_priority::announcements) {
    static_assert(lists<Message> || wire::grin_messages::lists<Message>,
                  "not a message of this node: name it in node_with<...>");
    return send_frame(peer, encoder_of(message), in);
  }

  /// Sends a message to every peer that `to` selects (empty: all peers), whether or not it was sent the same before.
  /// As an announcement it is not sent to peers with congested send queues, and waits behind everything else; with
  /// another priority it is sent in any case, and a peer whose send queue overflows is disconnected. Returns at once.
  /// O(peers); encodes once for each protocol version.
  template <class Message>
  requires(lists<Message>) peer::broadcast_report
      broadcast(const Message& message, const peer::peer_filter& to = {},
                peer::send_priority in = peer::send_priority::announcements) {
    return broadcast_frame(to, encoder_of(message), in);
  }
};

}  // namespace pappus
