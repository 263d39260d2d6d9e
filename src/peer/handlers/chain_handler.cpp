#include <optional>
#include <utility>

#include <pappus/peer/handlers/chain_handler.hpp>

namespace pappus::peer {

using namespace wire::messages;

broadcast_report chain_service::broadcast(const wire::header& header, const peer_filter& to) {
  deps_.inventory.add(inventory_type::header, header.full_hash());
  return deps_.to.send(header, to);
}

/// A compact block can only be made from a whole block, so the application has that.
broadcast_report chain_service::broadcast(const wire::compact_block_ptr& block, const peer_filter& to) {
  deps_.inventory.add(inventory_type::block, block->header().full_hash());
  return deps_.to.send(block, to);
}

broadcast_report chain_service::broadcast(const wire::block_ptr& block, const peer_filter& to) {
  deps_.inventory.add(inventory_type::block, block->header().full_hash());
  return deps_.to.send(block, to);
}

/// Records what the arrival of a block in some form says, and returns whether the adapter may be notified of it. The
/// adapter counts as notified only if it was notified of this very header: an attacker that has seen a proof of work
/// can put it under any other header and send that first. The time of arrival is recorded before anything is refused,
/// or a slow clock would never be detected.
bool chain_service::note_arrival(session& from, inventory_type type, const wire::header& of,
                                 const wire::hash& full_hash) {
  ++counted_.received;
  deps_.known.add(from, of.hash());
  if (!deps_.inventory.contains(type, full_hash)) deps_.clock.announced(from.peer(), of);
  return !is_from_future(of);
}

/// A peer that was the first with a valid item is protected from eviction.
validation_handler chain_service::when_validated() {
  return [this](const peer_info& sender, const std::optional<validation_result>& result) {
    if (result != validation_result::accept) return;
    if (const session* const by = deps_.peers.find(sender.id)) deps_.useful.sent_block(*by);
  };
}

void chain_service::received(session& from, const header& message) {
  const wire::hash full_hash = message.value.full_hash();
  if (!note_arrival(from, inventory_type::header, message.value, full_hash)) return;
  deps_.chain.header_received(message.value, full_hash, from.peer(), when_validated());
}

void chain_service::received(session& from, const compact_block& message) {
  const wire::hash full_hash = message.value->header().full_hash();
  if (!note_arrival(from, inventory_type::compact_block, message.value->header(), full_hash)) return;
  deps_.chain.compact_block_received(message.value, full_hash, from.peer(), when_validated());
}

void chain_service::received(session& from, const block& message) {
  const wire::hash full_hash = message.value->header().full_hash();
  if (!note_arrival(from, inventory_type::block, message.value->header(), full_hash)) return;
  deps_.chain.block_received(message.value, full_hash, from.peer(), when_validated());
}

/// Calls the adapter, unless the peer's send queue is full; later, if the peer's quota is used up.
template <class Request>
void chain_service::admit(session& by, const Request& asked) {
  ++counted_.requests;
  if (!by.accepts_responses()) return;
  if (by.may_respond()) find(by, asked);
  else postpone(by, asked);
}

template <class Request>
void chain_service::postpone(session& by, const Request& asked) {
  if (!by.postpone([this, &by, asked] { find(by, asked); })) ++counted_.quota_exceeded;
}

template <wire::message Message>
void chain_service::answer(session& by, const Message& message) {
  const auto sent = by.enqueue(message, send_priority::responses);
  if (!sent) return;
  by.note_response(*sent);
  ++counted_.answered;
}

/// Calls `give` with the session and the adapter's result, if both exist and a response to the peer is still allowed.
template <class Answer, class Request, class Give>
completion<Answer> chain_service::when_found(const session& by, const Request& asked, Give give) {
  return [this, give, asked, peer = by.peer().id](std::optional<Answer> found) {
    session* const to = deps_.peers.find(peer);
    if (to == nullptr || !found || !to->accepts_responses()) return;
    if (to->charged_account().answers.allows(deps_.runtime.now())) give(*to, *std::move(found));
    else postpone(*to, asked);
  };
}

/// An empty response would say that no hash of the locator is known: Grin disconnects a peer that sends one.
void chain_service::find(session& by, const get_headers& request) {
  const auto give = [this](session& to, std::vector<wire::header> found) {
    if (!found.empty()) answer(to, headers{std::move(found)});
  };
  deps_.chain.locate_headers(request.locator, by.peer(), when_found<std::vector<wire::header>>(by, request, give));
}

void chain_service::find(session& by, const get_block& request) {
  const auto give = [this](session& to, wire::block_ptr found) {
    if (found) answer(to, block{std::move(found)});
  };
  deps_.chain.get_block(request.id, by.peer(), when_found<wire::block_ptr>(by, request, give));
}

void chain_service::find(session& by, const get_compact_block& request) {
  const auto give = [this](session& to, wire::compact_block_ptr found) {
    if (found) answer(to, compact_block{std::move(found)});
  };
  deps_.chain.get_compact_block(request.id, by.peer(), when_found<wire::compact_block_ptr>(by, request, give));
}

void chain_service::find(session& by, const txhashset_request& request) {
  if (by.is_sending_archive()) return;
  const auto give = [this](session& to, archive found) { send(to, std::move(found)); };
  deps_.chain.txhashset_read(request, by.peer(), when_found<archive>(by, request, give));
}

void chain_service::send(session& by, archive opened) {
  if (by.is_sending_archive()) return;
  if (!by.charged_account().answers.try_consume_archive(deps_.runtime.now())) {
    ++counted_.quota_exceeded;
    return;
  }
  by.send_archive(opened.description, std::move(opened.content));
  ++counted_.answered;
}

template <wire::message Answer, wire::message Request>
void chain_service::find_segment(session& by, const Request& asked) {
  const auto give = [this](session& to, const Answer& found) { answer(to, found); };
  deps_.chain.get_segment(asked, by.peer(), when_found<Answer>(by, asked, give));
}

void chain_service::find(session& by, const get_output_bitmap_segment& request) {
  find_segment<output_bitmap_segment>(by, request);
}
void chain_service::find(session& by, const get_output_segment& request) { find_segment<output_segment>(by, request); }
void chain_service::find(session& by, const get_range_proof_segment& request) {
  find_segment<range_proof_segment>(by, request);
}
void chain_service::find(session& by, const get_kernel_segment& request) { find_segment<kernel_segment>(by, request); }

void chain_service::requested(session& by, const get_headers& request) { admit(by, request); }
void chain_service::requested(session& by, const get_block& request) { admit(by, request); }
void chain_service::requested(session& by, const get_compact_block& request) { admit(by, request); }
void chain_service::requested(session& by, const txhashset_request& request) { admit(by, request); }
void chain_service::requested(session& by, const get_output_bitmap_segment& request) { admit(by, request); }
void chain_service::requested(session& by, const get_output_segment& request) { admit(by, request); }
void chain_service::requested(session& by, const get_range_proof_segment& request) { admit(by, request); }
void chain_service::requested(session& by, const get_kernel_segment& request) { admit(by, request); }

}  // namespace pappus::peer
