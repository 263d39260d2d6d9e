#include <optional>
#include <utility>
#include <variant>

#include <pappus/peer/handlers/chain_handler.hpp>

namespace pappus::peer {

using namespace wire::messages;

broadcast_report chain_handler::broadcast(const wire::header& header, const peer_filter& filter) {
  deps_.inventory.add(inventory_type::header, header.full_hash());
  return deps_.to.send(header, filter);
}

/// A compact block can only be made from a whole block, so the application has that.
broadcast_report chain_handler::broadcast(const wire::compact_block_ptr& block, const peer_filter& filter) {
  deps_.inventory.add(inventory_type::block, block->header().full_hash());
  return deps_.to.send(block, filter);
}

broadcast_report chain_handler::broadcast(const wire::block_ptr& block, const peer_filter& filter) {
  deps_.inventory.add(inventory_type::block, block->header().full_hash());
  return deps_.to.send(block, filter);
}

/// Records what the arrival of a block in some form says, and returns whether the adapter may be notified of it. The
/// adapter counts as notified only if it was notified of this very header: an attacker that has seen a proof of work
/// can put it under any other header and send that first. The time of arrival is recorded before anything is refused,
/// or a slow clock would never be detected.
bool chain_handler::note_arrival(session& session, inventory_type type, const wire::header& of,
                                 const wire::hash& full_hash) {
  ++counted_.received;
  deps_.known.add(session, of.hash());
  if (!deps_.inventory.contains(type, full_hash)) deps_.clock.announced(session.peer(), of);
  if (is_from_future(of)) return false;
  session.tip_announced({of.total_difficulty(), of.height()});
  return true;
}

/// A peer that was the first with a valid item is protected from eviction.
validation_handler chain_handler::when_validated() {
  return [this](const peer_info& sender, const std::optional<validation_result>& result) {
    if (result != validation_result::accept) return;
    if (const session* const by = deps_.peers.find(sender.id)) deps_.last_valid.sent_block(*by);
  };
}

void chain_handler::received(session& session, const header& message) {
  const wire::hash full_hash = message.value.full_hash();
  if (!note_arrival(session, inventory_type::header, message.value, full_hash)) return;
  deps_.chain.header_received(message.value, full_hash, session.peer(), when_validated());
}

void chain_handler::received(session& session, const compact_block& message) {
  const wire::hash full_hash = message.value->header().full_hash();
  if (!note_arrival(session, inventory_type::compact_block, message.value->header(), full_hash)) return;
  deps_.chain.compact_block_received(message.value, full_hash, session.peer(), when_validated());
}

void chain_handler::received(session& session, const block& message) {
  const wire::hash full_hash = message.value->header().full_hash();
  if (!note_arrival(session, inventory_type::block, message.value->header(), full_hash)) return;
  deps_.chain.block_received(message.value, full_hash, session.peer(), when_validated());
}

/// Calls the adapter, unless the peer's send queue is full; later, if the peer's quota is used up.
void chain_handler::requested(session& session, const chain_request& request) {
  ++counted_.requests;
  if (!session.accepts_responses()) return;
  std::visit(
      [&](const auto& asked) {
        if (session.may_respond()) find(session, asked);
        else postpone(session, asked);
      },
      request);
}

template <class Request>
void chain_handler::postpone(session& session, const Request& request) {
  if (!session.postpone([this, &session, request] { find(session, request); })) ++counted_.quota_exceeded;
}

template <wire::message Message>
void chain_handler::answer(session& session, const Message& message) {
  const auto sent = session.enqueue(message, send_priority::responses);
  if (!sent) return;
  session.note_response(*sent);
  ++counted_.answered;
}

/// Calls `give` with the session and the adapter's result, if both exist and a response to the peer is still allowed.
template <class Answer, class Request, class Give>
completion<Answer> chain_handler::when_found(const session& session, const Request& request, Give give) {
  return [this, give, request, peer = session.peer().id](std::optional<Answer> found) {
    peer::session* const requester = deps_.peers.find(peer);
    if (requester == nullptr || !found || !requester->accepts_responses()) return;
    if (requester->charged_account().answers.allows(deps_.runtime.now())) give(*requester, *std::move(found));
    else postpone(*requester, request);
  };
}

/// An empty response would say that no hash of the locator is known: Grin disconnects a peer that sends one.
void chain_handler::find(session& session, const get_headers& request) {
  const auto give = [this](peer::session& requester, std::vector<wire::header> found) {
    if (!found.empty()) answer(requester, headers{std::move(found)});
  };
  deps_.chain.locate_headers(request.locator, session.peer(),
                             when_found<std::vector<wire::header>>(session, request, give));
}

void chain_handler::find(session& session, const get_block& request) {
  const auto give = [this](peer::session& requester, wire::block_ptr found) {
    if (found) answer(requester, block{std::move(found)});
  };
  deps_.chain.get_block(request.id, session.peer(), when_found<wire::block_ptr>(session, request, give));
}

void chain_handler::find(session& session, const get_compact_block& request) {
  const auto give = [this](peer::session& requester, wire::compact_block_ptr found) {
    if (found) answer(requester, compact_block{std::move(found)});
  };
  deps_.chain.get_compact_block(request.id, session.peer(),
                                when_found<wire::compact_block_ptr>(session, request, give));
}

void chain_handler::find(session& session, const txhashset_request& request) {
  if (session.is_sending_archive()) return;
  const auto give = [this](peer::session& requester, archive found) { send(requester, std::move(found)); };
  deps_.chain.txhashset_read(request, session.peer(), when_found<archive>(session, request, give));
}

void chain_handler::send(session& session, archive opened) {
  if (session.is_sending_archive()) return;
  if (!session.charged_account().answers.try_consume_archive(deps_.runtime.now())) {
    ++counted_.quota_exceeded;
    return;
  }
  session.send_archive(opened.description, std::move(opened.content));
  ++counted_.answered;
}

template <wire::message Answer, wire::message Request>
void chain_handler::find_segment(session& session, const Request& request) {
  const auto give = [this](peer::session& requester, const Answer& found) { answer(requester, found); };
  deps_.chain.get_segment(request, session.peer(), when_found<Answer>(session, request, give));
}

void chain_handler::find(session& session, const get_output_bitmap_segment& request) {
  find_segment<output_bitmap_segment>(session, request);
}
void chain_handler::find(session& session, const get_output_segment& request) {
  find_segment<output_segment>(session, request);
}
void chain_handler::find(session& session, const get_range_proof_segment& request) {
  find_segment<range_proof_segment>(session, request);
}
void chain_handler::find(session& session, const get_kernel_segment& request) {
  find_segment<kernel_segment>(session, request);
}

}  // namespace pappus::peer
