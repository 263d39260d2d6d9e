// How the model carries out the orders of `syncer`, and what it checks of each.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "sync_model.hpp"

namespace sync_model {

inline void network::carry_out(const sync_action::get_locator&) {
  require(!std::exchange(locating_, true), "one locator at a time");
  later(how_.import_time, [this] {
    locating_ = false;
    if (chance(how_.failing)) return syncer_.located(now_, {});
    syncer_.located(now_, application_.locator());
  });
}

inline void network::carry_out(const sync_action::request_headers& order) {
  member& asked = begin_request(order.ticket, order.peer, sync_kind::headers);
  require(asked.open[0] == 1, "one request for headers to a peer");
  require(order.locator.size() <= wire::limits::max_locator_hashes && !order.locator.empty(), "a locator's size");
  if (asked.acts == conduct::silent) return give_up(order.ticket, order.peer, sync_kind::headers);
  content sent{order.peer, asked.serves};
  for (const wire::hash& each : order.locator) {
    if (!asked.serves->has(each) || chain::height_of(each) > asked.serves->length()) continue;
    sent.first = chain::height_of(each) + 1;
    break;
  }
  sent.count = std::min<std::uint64_t>(wire::limits::max_headers, asked.serves->length() + 1 - sent.first);
  if (asked.acts == conduct::empty) sent.count = 0;
  if (asked.acts == conduct::creeping) sent.count = std::min<std::uint64_t>(sent.count, 1);
  if (asked.acts == conduct::replaying) {
    sent.first = 1;
    sent.count = std::min<std::uint64_t>(wire::limits::max_headers, asked.serves->length());
  }
  const bool is_truncated = asked.acts == conduct::ahead;
  if (is_truncated) sent.count /= 2;
  const io::duration takes = asked.acts == conduct::slow_headers ? 25s : asked.round_trip;
  if (asked.acts == conduct::unlinked) sent.links = false;
  if (asked.acts == conduct::invalid_header) sent.valid = false;
  later(takes, [this, ticket = order.ticket, sent, is_truncated] {
    if (!end_request(ticket, sent.peer, sync_kind::headers)) return;
    headers_sent_ += sent.count;
    content_[ticket] = sent;
    headers_summary found;
    found.count = sent.count;
    found.truncated = is_truncated;
    if (sent.count != 0) {
      const std::uint64_t last = sent.first + sent.count - 1;
      found.before_first = sent.links ? sent.of->at(sent.first - 1) : wire::hash::copy(strange_.raw.data());
      found.last = sent.of->at(last);
      found.tip = {sent.of->work_at(last), last};
    }
    syncer_.headers_received(now_, ticket, found);
  });
}

inline void network::carry_out(const sync_action::import_headers& order) {
  require(!std::exchange(importing_headers_, true), "one import of headers at a time");
  later(how_.import_time, [this, order] {
    importing_headers_ = false;
    syncer_.headers_imported(now_, order.ticket, import_of(order.ticket, &application::import_headers));
  });
}

inline import_result network::import_of(sync_ticket which, import_result (application::*import)(const content&)) {
  if (chance(how_.busy)) return import_result::busy;
  if (chance(how_.failing)) return import_result::failed;
  require(content_.contains(which), "what is imported was not discarded");
  return note_tips((application_.*import)(content_[which]));
}

inline void network::carry_out(const sync_action::list_missing& order) {
  require(!std::exchange(listing_, true), "one list at a time");
  require(order.count <= limits::block_window, "the list is bounded");
  later(how_.import_time, [this, order] {
    listing_ = false;
    if (chance(how_.failing)) return syncer_.missing_listed(now_, std::nullopt);
    syncer_.missing_listed(now_, application_.missing(order.after, order.count));
  });
}

inline void network::carry_out(const sync_action::request_block& order) {
  member& asked = begin_request(order.ticket, order.peer, sync_kind::block);
  require(asked.open[1] <= limits::max_blocks_in_flight_per_peer, "requests for blocks to a peer");
  require(chain::height_of(order.hash) <= claim_of(asked).height, "no peer is asked above its height");
  const std::uint64_t height = chain::height_of(order.hash);
  const bool is_pruned = asked.acts == conduct::pruned && height + limits::recent_blocks < asked.serves->length();
  const bool has_it = !is_pruned && asked.serves->has(order.hash) && height <= asked.serves->length();
  require(!is_pruned, "no peer is asked for a block that is older than it keeps");
  if (!asked.sends_blocks() || !has_it) return give_up(order.ticket, order.peer, sync_kind::block);
  content sent{order.peer, asked.serves, chain::height_of(order.hash), 1};
  sent.valid = asked.acts != conduct::invalid_block;
  io::duration takes{static_cast<io::duration::rep>(1e9 / how_.blocks_per_second)};
  if (asked.acts == conduct::trickling) {
    takes = how_.trickle;
    give_up(order.ticket, order.peer, sync_kind::block);
  }
  asked.sends_until = std::max(asked.sends_until, now_) + takes;
  const bool hesitates = asked.acts == conduct::hesitating && random_.below(how_.hesitation) == 0;
  later(hesitates ? 25s : asked.sends_until - now_ + asked.round_trip, [this, ticket = order.ticket, sent] {
    if (!end_request(ticket, sent.peer, sync_kind::block)) return;
    ++blocks_sent_;
    content_[ticket] = sent;
    syncer_.block_received(now_, ticket, random_.below(how_.max_block_size));
  });
}

inline void network::carry_out(const sync_action::import_block& order) {
  require(!std::exchange(importing_block_, true), "one import of a block at a time");
  later(how_.import_time, [this, order] {
    importing_block_ = false;
    if (chance(how_.unlinked)) return syncer_.block_imported(now_, order.ticket, import_result::unlinked);
    syncer_.block_imported(now_, order.ticket, import_of(order.ticket, &application::import_block));
  });
}

inline void network::carry_out(const sync_action::continue_state& order) {
  require(!std::exchange(continuing_, true), "one list of segments at a time");
  require(!uses_archive(), "one method for a state at a time");
  later(how_.import_time, [this, order] {
    continuing_ = false;
    if (chance(how_.failing)) return syncer_.state_continued(now_, std::nullopt);
    syncer_.state_continued(now_, application_.continue_state(order.block, order.count));
  });
}

inline void network::carry_out(const sync_action::request_segment& order) {
  member& asked = begin_request(order.ticket, order.peer, sync_kind::segment);
  require(asked.open[2] <= limits::max_segments_in_flight_per_peer, "requests for segments to a peer");
  require(!uses_archive(), "no segment is requested beside an archive");
  const std::uint64_t height = chain::height_of(order.block);
  require(served_state(claim_of(asked).height) == height, "a peer is asked for the state only that it serves");
  const bool has_it = served_state(asked.serves->length()) == height && asked.serves->has(order.block);
  if (!asked.sends_segments() || !has_it) return give_up(order.ticket, order.peer, sync_kind::segment);
  content sent{order.peer, asked.serves};
  sent.valid = asked.acts != conduct::invalid_segment;
  sent.state = order.block;
  sent.segment = order.segment;
  later(asked.round_trip, [this, ticket = order.ticket, sent] {
    if (!end_request(ticket, sent.peer, sync_kind::segment)) return;
    ++segments_sent_;
    content_[ticket] = sent;
    syncer_.segment_received(now_, ticket, random_.below(limits::assumed_segment_size));
  });
}

inline void network::carry_out(const sync_action::import_segment& order) {
  require(!std::exchange(importing_segment_, true), "one import of a segment at a time");
  later(how_.import_time, [this, order] {
    importing_segment_ = false;
    syncer_.segment_imported(now_, order.ticket, import_of(order.ticket, &application::import_segment));
  });
}

inline void network::carry_out(const sync_action::finish_state& order) {
  require(!std::exchange(finishing_, true), "one validation of a state at a time");
  later(how_.import_time * 100, [this, order] {
    finishing_ = false;
    if (chance(how_.busy)) return syncer_.state_finished(now_, import_result::busy);
    if (chance(how_.failing)) return syncer_.state_finished(now_, import_result::failed);
    syncer_.state_finished(now_, note_tips(application_.finish_state(order.block)));
  });
}

inline void network::carry_out(const sync_action::request_archive& order) {
  member& asked = begin_request(order.ticket, order.peer, sync_kind::archive);
  ++archives_requested_;
  std::size_t open = 0;
  for (const auto& [id, each] : members_) open += each.open[3];
  require(open == 1, "one archive at a time");
  archive_ = {order.ticket, order.peer};
  if (!asked.sends_blocks()) {
    return give_up(order.ticket, order.peer, sync_kind::archive);
  }
  content sent{order.peer, asked.serves};
  sent.valid = asked.acts != conduct::invalid_segment;
  sent.state = asked.serves->at(served_state(asked.serves->length()));
  if (asked.acts == conduct::wrong_archive) sent.state = asked.serves->at(0);
  const bool damaged = asked.acts == conduct::damaged_archive;
  later(15s + asked.round_trip, [this, ticket = order.ticket] {
    if (archive_ && archive_->first == ticket) archive_.reset();  // it has arrived, and is verified
  });
  later(20s + asked.round_trip, [this, ticket = order.ticket, sent, damaged] {
    if (!end_request(ticket, sent.peer, sync_kind::archive)) return;
    content_[ticket] = sent;
    syncer_.archive_received(now_, ticket, damaged ? archive_outcome::damaged : archive_outcome::stored);
  });
}

inline void network::carry_out(const sync_action::cancel_archive& order) {
  ++archives_canceled_;
  if (archive_ && archive_->first == order.ticket) later(0ms, [this, id = archive_->second] { disconnect(id); });
}

inline void network::carry_out(const sync_action::import_archive& order) {
  require(!std::exchange(importing_archive_, true), "one import of an archive at a time");
  later(how_.import_time * 100, [this, order] {
    importing_archive_ = false;
    if (chance(how_.busy)) return syncer_.archive_imported(now_, order.ticket, import_result::busy);
    syncer_.archive_imported(now_, order.ticket, import_of(order.ticket, &application::import_archive));
  });
}

inline bool network::uses_archive() const noexcept { return importing_archive_; }

inline import_result network::note_tips(import_result what) {
  syncer_.set_tips(now_, application_.body(), application_.header());
  for (auto& [id, each] : members_) {
    if (each.acts == conduct::creeping && each.connected) syncer_.peer_changed(id, claim_of(each));
  }
  return what;
}

inline void network::carry_out(const sync_action::discard& order) {
  require(content_.erase(order.ticket) == 1, "what is discarded was received, and not discarded before");
}

inline void network::carry_out(const sync_action::report& order) {
  const auto found = members_.find(order.peer);
  if (found == members_.end()) return;
  const conduct acts = found->second.acts;
  const bool guilty = acts == conduct::invalid_header || acts == conduct::invalid_block ||
                      acts == conduct::invalid_segment || acts == conduct::damaged_archive;
  require(guilty, "only who has sent what is invalid is reported");
  found->second.reported = true;
  later(0ms, [this, id = order.peer] { disconnect(id); });
}

inline void network::carry_out(const sync_action::disconnect& order) {
  ++disconnects_;
  later(0ms, [this, id = order.peer] { disconnect(id); });
}

}  // namespace sync_model
