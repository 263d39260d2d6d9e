#include <utility>

#include <pappus/peer/chain_service.hpp>

namespace pappus::peer {

using namespace wire::messages;

void chain_service::received(session& from, const header& said) {
  ++counted_.received;
  from.note_known(said.value.id());
  if (host_.header_received) note(from, host_.header_received(said.value, from.peer()));
}

void chain_service::received(session& from, const compact_block& said) {
  ++counted_.received;
  from.note_known(said.value->id());
  if (host_.compact_block_received) note(from, host_.compact_block_received(said.value, from.peer()));
}

void chain_service::received(session& from, const block& said) {
  ++counted_.received;
  from.note_known(said.value->id());
  if (host_.block_received) note(from, host_.block_received(said.value, from.peer()));
}

/// A peer that is the first with news is worth keeping.
void chain_service::note(session& from, verdict found) noexcept {
  if (found == verdict::accept) from.brought_block();
}

bool chain_service::may_answer(const session& by) {
  ++counted_.asked;
  if (!by.takes_answers()) return false;
  const bool allowed = budget_.allows(by.peer().endpoint, on_.now());
  if (!allowed) ++counted_.withheld;
  return allowed;
}

template <wire::message Message>
void chain_service::answer(session& by, const Message& message) {
  const auto sent = by.offer(message, lane::answers);
  if (!sent) return;
  budget_.spend(by.peer().endpoint, *sent, on_.now());
  ++counted_.answered;
}

/// No headers at all would say that no hash of the locator is known: Grin disconnects whoever says so.
void chain_service::requested(session& by, const get_headers& asked) {
  if (!may_answer(by) || !host_.locate_headers) return;
  headers found{host_.locate_headers(asked.locator)};
  if (!found.values.empty()) answer(by, found);
}

void chain_service::requested(session& by, const get_block& asked) {
  if (!may_answer(by) || !host_.find_block) return;
  if (block found{host_.find_block(asked.id)}; found.value) answer(by, found);
}

void chain_service::requested(session& by, const get_compact_block& asked) {
  if (!may_answer(by) || !host_.find_compact_block) return;
  if (compact_block found{host_.find_compact_block(asked.id)}; found.value) answer(by, found);
}

void chain_service::requested(session& by, const txhashset_request& asked) {
  if (!may_answer(by) || by.is_sending_archive() || !host_.open_archive) return;
  auto opened = host_.open_archive(asked);
  if (!opened) return;
  if (!budget_.take_archive(by.peer().endpoint, on_.now())) {
    ++counted_.withheld;
    return;
  }
  by.send_archive(opened->said, std::move(opened->content));
  ++counted_.answered;
}

template <class Find, wire::message Question>
void chain_service::find_segment(session& by, const Find& find, const Question& asked) {
  if (!may_answer(by) || !find) return;
  if (const auto found = find(asked)) answer(by, *found);
}

void chain_service::requested(session& by, const get_output_bitmap_segment& asked) {
  find_segment(by, host_.find_output_bitmap_segment, asked);
}
void chain_service::requested(session& by, const get_output_segment& asked) {
  find_segment(by, host_.find_output_segment, asked);
}
void chain_service::requested(session& by, const get_range_proof_segment& asked) {
  find_segment(by, host_.find_range_proof_segment, asked);
}
void chain_service::requested(session& by, const get_kernel_segment& asked) {
  find_segment(by, host_.find_kernel_segment, asked);
}

}  // namespace pappus::peer
