// Which messages the commands take.
#pragma once

#include <concepts>

#include <pappus/peer/session/peer_request.hpp>
#include <pappus/wire/grin_messages.hpp>

#include "memory_chain.hpp"

namespace mini_node {

/// A message that has a response: `request`.
template <class Message>
concept requestable = pappus::peer::peer_request<Message> || std::same_as<Message, pappus::wire::messages::get_headers>;

/// A message that can be stored to be served to peers: `serve`.
template <class Message>
concept servable = requires(memory_chain& chain, const Message& message) {
  chain.keep(message);
};

/// A message that can be broadcast: `broadcast`.
template <class Message>
concept chain_news = std::same_as<Message, pappus::wire::messages::header> ||
    std::same_as<Message, pappus::wire::messages::compact_block> ||
    std::same_as<Message, pappus::wire::messages::block>;

}  // namespace mini_node
