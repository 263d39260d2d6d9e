// Dispatcher of the messages that a session receives, by their types.
#pragma once

#include <concepts>
#include <string>
#include <utility>

#include <pappus/peer/session/session.hpp>

namespace pappus::peer {

/// Processes the messages of the peer, one overload for each type.
class session::dispatcher {
public:
  explicit dispatcher(session& owner) noexcept : session_(owner) {}

  void operator()(const wire::messages::ping& message) const {
    session_.handle_tip({message.total_difficulty, message.height});
    session_.pings_.ping_received(session_.runtime_.now());
    wire::messages::pong reply;
    const chain_tip tip = session_.local_.tip();
    reply.total_difficulty = tip.total_difficulty;
    reply.height = tip.height;
    session_.send(reply);
  }
  void operator()(const wire::messages::pong& message) const {
    session_.handle_tip({message.total_difficulty, message.height});
    session_.pings_.pong_received(session_.runtime_.now());
  }

  void operator()(const wire::messages::transaction& message) const {
    session_.handlers_.transactions.transaction_received(session_, message.tx);
  }
  void operator()(const wire::messages::stem_transaction& message) const {
    session_.handlers_.transactions.stem_transaction_received(session_, message.tx);
  }
  void operator()(const wire::messages::transaction_kernel& message) const {
    session_.handlers_.transactions.kernel_announced(session_, message.kernel);
  }
  void operator()(const wire::messages::get_transaction& message) const {
    session_.handlers_.transactions.transaction_requested(session_, message.kernel);
  }

  void operator()(const wire::messages::get_peer_addrs& message) const {
    session_.handlers_.addresses.addresses_requested(session_, message);
  }

  // Chain announcements and requests.
  void operator()(const wire::messages::header& message) const { session_.handlers_.chain.received(session_, message); }
  template <class Request>
  requires std::constructible_from<chain_request, Request>
  void operator()(Request message) const {
    session_.handlers_.chain.requested(session_, chain_request{std::move(message)});
  }

  // Responses. A block may also be an announcement; other messages that were not requested are dropped.
  void operator()(const wire::messages::block& message) const {
    session_.handle_block<wire::messages::get_block>(message);
  }
  void operator()(const wire::messages::compact_block& message) const {
    session_.handle_block<wire::messages::get_compact_block>(message);
  }
  void operator()(wire::messages::peer_addrs message) const {
    const bool is_requested = session_.requests_.first<wire::messages::get_peer_addrs>() != nullptr;
    session_.handlers_.addresses.addresses_received(session_, message, is_requested);
    session_.requests_.complete<wire::messages::get_peer_addrs>(std::move(message));
  }
  void operator()(wire::messages::output_bitmap_segment message) const {
    session_.requests_.complete<wire::messages::get_output_bitmap_segment>(std::move(message));
  }
  void operator()(wire::messages::output_segment message) const {
    session_.requests_.complete<wire::messages::get_output_segment>(std::move(message));
  }
  void operator()(wire::messages::range_proof_segment message) const {
    session_.requests_.complete<wire::messages::get_range_proof_segment>(std::move(message));
  }
  void operator()(wire::messages::kernel_segment message) const {
    session_.requests_.complete<wire::messages::get_kernel_segment>(std::move(message));
  }
  void operator()(const wire::messages::txhashset_archive& message) const {
    const archive_request* const request = session_.requests_.first<archive_request>();
    const bool is_unrequested = !session_.connection_.has_unframed();  // it was sent before it was requested
    if (request == nullptr || is_unrequested)
      return session_.end({disconnect_reason::unexpected_message, wire::messages::txhashset_archive::name});
    if (message.bytes > request->max_bytes)
      return session_.end({disconnect_reason::bad_message, "an archive longer than allowed"});
    session_.archive_ = message;
  }

  void operator()(const wire::messages::ban_reason& message) const {
    session_.end({disconnect_reason::banned_by_peer, std::string{to_string(message.reason)}});
  }
  void operator()(const wire::messages::error& message) const {
    session_.end({disconnect_reason::refused_by_peer, message.text});
  }
  void operator()(const wire::messages::hand& /*again*/) const {
    session_.end({disconnect_reason::unexpected_message, wire::messages::hand::name});
  }
  void operator()(const wire::messages::shake& /*again*/) const {
    session_.end({disconnect_reason::unexpected_message, wire::messages::shake::name});
  }

private:
  session& session_;
};

}  // namespace pappus::peer
