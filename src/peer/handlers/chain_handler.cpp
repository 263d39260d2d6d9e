#include <optional>
#include <span>
#include <utility>

#include <pappus/peer/handlers/chain_handler.hpp>

namespace pappus::peer {

using namespace wire::messages;

namespace {

template <class T>
std::span<const T> only(const T& one) noexcept {
  return {&one, 1};
}

}  // namespace

broadcast_report chain_service::broadcast(const wire::header& header, const peer_filter& to) {
  deps_.told.note(inventory_type::header, only(header.digest()));
  return deps_.to.send(header, to);
}

/// A compact block can only be made from a whole block, so the application has that.
broadcast_report chain_service::broadcast(const wire::compact_block_ptr& block, const peer_filter& to) {
  deps_.told.note(inventory_type::block, only(block->header().digest()));
  return deps_.to.send(block, to);
}

broadcast_report chain_service::broadcast(const wire::block_ptr& block, const peer_filter& to) {
  deps_.told.note(inventory_type::block, only(block->header().digest()));
  return deps_.to.send(block, to);
}

/// Records that a peer was the first with a valid item, which protects it from eviction. The adapter counts as notified
/// only if it was notified of this very header: an attacker that has seen a proof of work can put it under any other
/// header and send that first. The time of arrival is recorded before anything is refused, or a slow clock would never
/// be detected.
template <class Question, class News>
void chain_service::submit(session& from, const Question& question, inventory_type kind, const wire::header& of,
                           const News& said, std::size_t bytes) {
  ++counted_.received;
  from.note_known(of.hash());
  const wire::hash whole = of.digest();
  const auto ids = only(whole);
  if (!deps_.told.has_told(kind, ids)) deps_.clock.announced(from.peer(), of);
  if (is_early(of)) return;
  const auto judged = [](session* by, const std::optional<validation_result>& found) {
    if (by != nullptr && found == validation_result::accept) by->brought_block();
  };
  deps_.told.submit(question, inventory{kind, ids, bytes}, false, from, judged, said, from.peer());
}

void chain_service::received(session& from, const header& said) {
  submit(from, deps_.above.header_received, inventory_type::header, said.value, said.value, said.value.size());
}

void chain_service::received(session& from, const compact_block& said) {
  submit(from, deps_.above.compact_block_received, inventory_type::compact_block, said.value->header(), said.value,
         said.value->raw_bytes().size());
}

void chain_service::received(session& from, const block& said) {
  submit(from, deps_.above.block_received, inventory_type::block, said.value->header(), said.value,
         said.value->raw_bytes().size());
}

/// Calls the adapter, unless the peer's send queue is full; later, if the peer's quota is used up.
template <class Question>
void chain_service::admit(session& by, const Question& asked) {
  ++counted_.asked;
  if (!by.takes_answers()) return;
  if (by.may_be_answered()) find(by, asked);
  else postpone(by, asked);
}

template <class Question>
void chain_service::postpone(session& by, const Question& asked) {
  if (!by.postpone([this, &by, asked] { find(by, asked); })) ++counted_.withheld;
}

template <wire::message Message>
void chain_service::answer(session& by, const Message& message) {
  const auto sent = by.offer(message, send_priority::responses);
  if (!sent) return;
  by.was_answered(*sent);
  ++counted_.answered;
}

/// Calls `give` with the session and the adapter's result, if both exist and a response to the peer is still allowed.
template <class Answer, class... Args, class Question, class Give, class... Asked>
void chain_service::look_up(session& by, const request_handler<Answer(Args...)>& question, adapter_method kind,
                            const Question& whole, Give give, const Asked&... asked) {
  if (!question) return;
  const auto found = [this, give, whole, peer = by.peer().id](std::optional<Answer> answer) {
    session* const to = deps_.peers.find(peer);
    if (to == nullptr || !answer || !to->takes_answers()) return;
    if (to->charged().answers.allows(deps_.on.now())) give(*to, *std::move(answer));
    else postpone(*to, whole);
  };
  deps_.asked.ask(question, {kind, by.peer()}, found, asked...);
}

/// An empty response would say that no hash of the locator is known: Grin disconnects a peer that sends one.
void chain_service::find(session& by, const get_headers& asked) {
  const auto give = [this](session& to, std::vector<wire::header> found) {
    if (!found.empty()) answer(to, headers{std::move(found)});
  };
  look_up(by, deps_.above.locate_headers, adapter_method::locate_headers, asked, give,
          std::span<const wire::hash>{asked.locator});
}

void chain_service::find(session& by, const get_block& asked) {
  const auto give = [this](session& to, wire::block_ptr found) {
    if (found) answer(to, block{std::move(found)});
  };
  look_up(by, deps_.above.get_block, adapter_method::get_block, asked, give, asked.id);
}

void chain_service::find(session& by, const get_compact_block& asked) {
  const auto give = [this](session& to, wire::compact_block_ptr found) {
    if (found) answer(to, compact_block{std::move(found)});
  };
  look_up(by, deps_.above.get_compact_block, adapter_method::get_compact_block, asked, give, asked.id);
}

void chain_service::find(session& by, const txhashset_request& asked) {
  if (by.is_sending_archive()) return;
  const auto give = [this](session& to, std::optional<archive> found) {
    if (found) send(to, *std::move(found));
  };
  look_up(by, deps_.above.txhashset_read, adapter_method::txhashset_read, asked, give, asked);
}

void chain_service::send(session& by, archive opened) {
  if (by.is_sending_archive()) return;
  if (!by.charged().answers.take_archive(deps_.on.now())) {
    ++counted_.withheld;
    return;
  }
  by.send_archive(opened.said, std::move(opened.content));
  ++counted_.answered;
}

template <class Find, wire::message Question>
void chain_service::find_segment(session& by, const Find& among, const Question& asked) {
  const auto give = [this](session& to, const auto& found) {
    if (found) this->answer(to, *found);
  };
  look_up(by, among, adapter_method::get_segment, asked, give, asked);
}

void chain_service::find(session& by, const get_output_bitmap_segment& asked) {
  find_segment(by, deps_.above.get_output_bitmap_segment, asked);
}
void chain_service::find(session& by, const get_output_segment& asked) {
  find_segment(by, deps_.above.get_output_segment, asked);
}
void chain_service::find(session& by, const get_range_proof_segment& asked) {
  find_segment(by, deps_.above.get_range_proof_segment, asked);
}
void chain_service::find(session& by, const get_kernel_segment& asked) {
  find_segment(by, deps_.above.get_kernel_segment, asked);
}

void chain_service::requested(session& by, const get_headers& asked) { admit(by, asked); }
void chain_service::requested(session& by, const get_block& asked) { admit(by, asked); }
void chain_service::requested(session& by, const get_compact_block& asked) { admit(by, asked); }
void chain_service::requested(session& by, const txhashset_request& asked) { admit(by, asked); }
void chain_service::requested(session& by, const get_output_bitmap_segment& asked) { admit(by, asked); }
void chain_service::requested(session& by, const get_output_segment& asked) { admit(by, asked); }
void chain_service::requested(session& by, const get_range_proof_segment& asked) { admit(by, asked); }
void chain_service::requested(session& by, const get_kernel_segment& asked) { admit(by, asked); }

}  // namespace pappus::peer
