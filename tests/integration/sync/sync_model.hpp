// A network of scripted peers and an application with a chain, in virtual time, for `syncer` alone: what it orders is
// carried out by the model, which checks each order.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <wire/samples.hpp>

#include <pappus/integration/sync/syncer.hpp>
#include <pappus/io/random.hpp>
#include <pappus/wire/limits.hpp>

#include "application.hpp"
#include "chain.hpp"
#include "conduct.hpp"
#include "scripted_peer.hpp"

namespace sync_model {

using namespace pappus;
using namespace pappus::integration;
using namespace std::chrono_literals;

/// A run of the model.
class network {
public:
  network(std::uint64_t seed, const settings& how)
      : random_(seed),
        how_(how),
        syncer_([this] { return random_.next(); }, how.options, {how.horizon != 0, how.horizon != 0 && how.by_archive}),
        application_(how) {}

  using member = scripted_peer;

  std::uint64_t add(conduct acts, const chain& serves, io::duration round_trip) {
    const std::uint64_t id = ++last_id_;
    members_[id] = {.acts = acts, .serves = &serves, .round_trip = round_trip};
    connect(id);
    return id;
  }

  /// All honest peers change over to another chain.
  void switch_to(const chain& other) {
    for (auto& [id, each] : members_) {
      if (each.acts == conduct::overstating || each.acts == conduct::stuck) continue;
      each.serves = &other;
      if (each.connected) syncer_.peer_changed(id, claim_of(each));
    }
    syncer_.tick(now_);
    perform();
  }

  void begin() {
    syncer_.set_tips(now_, application_.body(), application_.header());
    perform();
  }

  /// Runs until the application has all blocks of this chain; false if it does not within that time.
  bool run_until_has(const chain& wanted, io::duration within) {
    return run([&] { return application_.body().total_difficulty >= wanted.tip().total_difficulty; }, within);
  }
  void run_for(io::duration length) {
    run([] { return false; }, length);
  }

  [[nodiscard]] io::duration elapsed() const { return now_ - io::time_point{}; }
  [[nodiscard]] const std::vector<std::string>& faults() const noexcept { return faults_; }
  [[nodiscard]] sync_status status() const { return syncer_.status(now_); }
  [[nodiscard]] const member& of(std::uint64_t id) const { return members_.at(id); }
  [[nodiscard]] std::size_t blocks_sent() const noexcept { return blocks_sent_; }
  [[nodiscard]] std::size_t segments_sent() const noexcept { return segments_sent_; }
  [[nodiscard]] std::size_t archives_requested() const noexcept { return archives_requested_; }
  [[nodiscard]] std::size_t archives_canceled() const noexcept { return archives_canceled_; }
  [[nodiscard]] std::size_t headers_sent() const noexcept { return headers_sent_; }
  [[nodiscard]] peer::chain_tip header() const noexcept { return application_.header(); }
  [[nodiscard]] std::size_t disconnects() const noexcept { return disconnects_; }
  void at(io::duration when, std::function<void()> run) { events_.push({io::time_point{} + when, ++order_, run}); }
  /// Runs it before the event with that number, from 1 on.
  void at_step(std::size_t number, std::function<void()> run) {
    marked_step_ = number;
    at_marked_step_ = std::move(run);
  }

private:
  struct event {
    io::time_point when;
    std::uint64_t order;
    std::function<void()> run;
    bool operator<(const event& other) const { return std::pair{when, order} > std::pair{other.when, other.order}; }
  };

  /// False if `done` does not hold within that time.
  bool run(const std::function<bool()>& done, io::duration within) {
    const io::time_point end = now_ + within;
    while (!done()) {
      const io::time_point tick = syncer_.next_due(now_);
      const io::time_point soonest = events_.empty() ? io::never : events_.top().when;
      const io::time_point next = std::min(tick, soonest);
      if (next > end || !faults_.empty()) {
        now_ = std::max(now_, std::min(next, end));
        return false;
      }
      require(next >= now_, "time goes on");
      if (tick <= soonest && next == now_) require(++ticks_at_once_ < 1000, "a tick changes what is due");
      else ticks_at_once_ = 0;
      now_ = next;
      if (++steps_ == marked_step_) at_marked_step_();
      if (soonest <= tick) {
        const auto run = events_.top().run;
        events_.pop();
        run();
      }
      syncer_.tick(now_);
      perform();
    }
    return faults_.empty();
  }

  void require(bool met, const char* what) {
    if (!met) faults_.emplace_back(what);
  }
  bool chance(double probability) { return static_cast<double>(random_.below(1'000'000)) < probability * 1e6; }
  void later(io::duration after, std::function<void()> run) { events_.push({now_ + after, ++order_, std::move(run)}); }

  [[nodiscard]] peer::chain_tip claim_of(const member& which) const {
    return which.claim(application_.header().height);
  }

  void connect(std::uint64_t id) {
    member& which = members_.at(id);
    which.connected = true;
    which.open = {};
    syncer_.peer_connected(which.info(id, application_.header().height, how_.segments_served));
  }

  void disconnect(std::uint64_t id) {
    member& which = members_.at(id);
    if (!which.connected) return;
    which.connected = false;
    syncer_.peer_disconnected(id);
    which.open = {};
    for (const sync_ticket ticket : std::exchange(open_[id], {})) syncer_.unanswered(now_, ticket);
    if (which.reported) return;
    const std::uint64_t again = id + 1000;
    later(5s, [this, again, which] {
      member back = which;
      back.allowed = io::token_bucket{limits::sync_request_rate, limits::sync_request_burst + 1, now_};
      back.sends_until = now_;
      members_[again] = back;
      connect(again);
    });
  }

  /// Carries out all that is ordered.
  void perform() {
    while (auto next = syncer_.next_action()) std::visit([this](const auto& order) { carry_out(order); }, *next);
    require(syncer_.status(now_).bytes <= limits::max_sync_bytes + limits::assumed_block_size, "bytes are bounded");
  }

  void carry_out(const sync_action::get_locator&) {
    require(!std::exchange(locating_, true), "one locator at a time");
    later(how_.import_time, [this] {
      locating_ = false;
      if (chance(how_.failing)) return syncer_.located(now_, {});
      syncer_.located(now_, application_.locator());
    });
  }

  void carry_out(const sync_action::request_headers& order) {
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

  void carry_out(const sync_action::import_headers& order) {
    require(!std::exchange(importing_headers_, true), "one import of headers at a time");
    later(how_.import_time, [this, order] {
      importing_headers_ = false;
      syncer_.headers_imported(now_, order.ticket, import_of(order.ticket, &application::import_headers));
    });
  }

  import_result import_of(sync_ticket which, import_result (application::*import)(const content&)) {
    if (chance(how_.busy)) return import_result::busy;
    if (chance(how_.failing)) return import_result::failed;
    require(content_.contains(which), "what is imported was not discarded");
    return note_tips((application_.*import)(content_[which]));
  }

  void carry_out(const sync_action::list_missing& order) {
    require(!std::exchange(listing_, true), "one list at a time");
    require(order.count <= limits::block_window, "the list is bounded");
    later(how_.import_time, [this, order] {
      listing_ = false;
      if (chance(how_.failing)) return syncer_.missing_listed(now_, std::nullopt);
      syncer_.missing_listed(now_, application_.missing(order.after, order.count));
    });
  }

  void carry_out(const sync_action::request_block& order) {
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

  void carry_out(const sync_action::import_block& order) {
    require(!std::exchange(importing_block_, true), "one import of a block at a time");
    later(how_.import_time, [this, order] {
      importing_block_ = false;
      if (chance(how_.unlinked)) return syncer_.block_imported(now_, order.ticket, import_result::unlinked);
      syncer_.block_imported(now_, order.ticket, import_of(order.ticket, &application::import_block));
    });
  }

  // The state.

  void carry_out(const sync_action::continue_state& order) {
    require(!std::exchange(continuing_, true), "one list of segments at a time");
    require(!uses_archive(), "one method for a state at a time");
    later(how_.import_time, [this, order] {
      continuing_ = false;
      if (chance(how_.failing)) return syncer_.state_continued(now_, std::nullopt);
      syncer_.state_continued(now_, application_.continue_state(order.block, order.count));
    });
  }

  void carry_out(const sync_action::request_segment& order) {
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

  void carry_out(const sync_action::import_segment& order) {
    require(!std::exchange(importing_segment_, true), "one import of a segment at a time");
    later(how_.import_time, [this, order] {
      importing_segment_ = false;
      syncer_.segment_imported(now_, order.ticket, import_of(order.ticket, &application::import_segment));
    });
  }

  void carry_out(const sync_action::finish_state& order) {
    require(!std::exchange(finishing_, true), "one validation of a state at a time");
    later(how_.import_time * 100, [this, order] {
      finishing_ = false;
      if (chance(how_.busy)) return syncer_.state_finished(now_, import_result::busy);
      if (chance(how_.failing)) return syncer_.state_finished(now_, import_result::failed);
      syncer_.state_finished(now_, note_tips(application_.finish_state(order.block)));
    });
  }

  void carry_out(const sync_action::request_archive& order) {
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

  void carry_out(const sync_action::cancel_archive& order) {
    ++archives_canceled_;
    if (archive_ && archive_->first == order.ticket) later(0ms, [this, id = archive_->second] { disconnect(id); });
  }

  void carry_out(const sync_action::import_archive& order) {
    require(!std::exchange(importing_archive_, true), "one import of an archive at a time");
    later(how_.import_time * 100, [this, order] {
      importing_archive_ = false;
      if (chance(how_.busy)) return syncer_.archive_imported(now_, order.ticket, import_result::busy);
      syncer_.archive_imported(now_, order.ticket, import_of(order.ticket, &application::import_archive));
    });
  }

  [[nodiscard]] bool uses_archive() const noexcept { return importing_archive_; }

  import_result note_tips(import_result what) {
    syncer_.set_tips(now_, application_.body(), application_.header());
    for (auto& [id, each] : members_) {
      if (each.acts == conduct::creeping && each.connected) syncer_.peer_changed(id, claim_of(each));
    }
    return what;
  }

  void carry_out(const sync_action::discard& order) {
    require(content_.erase(order.ticket) == 1, "what is discarded was received, and not discarded before");
  }

  void carry_out(const sync_action::report& order) {
    const auto found = members_.find(order.peer);
    if (found == members_.end()) return;
    const conduct acts = found->second.acts;
    const bool guilty = acts == conduct::invalid_header || acts == conduct::invalid_block ||
                        acts == conduct::invalid_segment || acts == conduct::damaged_archive;
    require(guilty, "only who has sent what is invalid is reported");
    found->second.reported = true;
    later(0ms, [this, id = order.peer] { disconnect(id); });
  }

  void carry_out(const sync_action::disconnect& order) {
    ++disconnects_;
    later(0ms, [this, id = order.peer] { disconnect(id); });
  }

  member& begin_request(sync_ticket ticket, std::uint64_t peer, sync_kind kind) {
    require(tickets_.insert(ticket).second, "each ticket is used once");
    member& asked = members_.at(peer);
    require(asked.connected, "no peer is asked that has left");
    require(asked.allowed.try_consume(now_), "the rate of requests to a peer");
    open_[peer].insert(ticket);
    ++asked.open[static_cast<std::size_t>(kind)];
    ++asked.requests;
    if (asked.acts == conduct::leaving && asked.requests % 20 == 0) later(0ms, [this, peer] { disconnect(peer); });
    return asked;
  }

  /// False if it has ended already.
  bool end_request(sync_ticket ticket, std::uint64_t peer, sync_kind kind) {
    if (open_[peer].erase(ticket) == 0) return false;
    --members_.at(peer).open[static_cast<std::size_t>(kind)];
    return true;
  }

  /// The session's own time-out.
  void give_up(sync_ticket ticket, std::uint64_t peer, sync_kind kind) {
    const io::duration patience = kind == sync_kind::archive ? 10min : 30s;
    later(patience, [this, ticket, peer, kind] {
      if (end_request(ticket, peer, kind)) syncer_.unanswered(now_, ticket);
    });
  }

  samples::numbers random_;
  settings how_;
  syncer syncer_;
  io::time_point now_{};
  std::priority_queue<event> events_;
  std::uint64_t order_ = 0;
  std::size_t steps_ = 0;
  std::size_t marked_step_ = 0;
  std::function<void()> at_marked_step_;
  int ticks_at_once_ = 0;
  std::map<std::uint64_t, member> members_;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, std::set<sync_ticket>> open_;  // of each peer
  std::map<sync_ticket, content> content_;
  std::set<sync_ticket> tickets_;
  const wire::hash strange_ = wire::blake2b({});
  std::vector<std::string> faults_;
  bool locating_ = false;
  bool listing_ = false;
  bool importing_headers_ = false;
  bool importing_block_ = false;
  bool continuing_ = false;
  bool importing_segment_ = false;
  bool finishing_ = false;
  bool importing_archive_ = false;
  std::size_t disconnects_ = 0;
  std::size_t headers_sent_ = 0;
  std::size_t blocks_sent_ = 0;
  std::size_t segments_sent_ = 0;
  std::size_t archives_requested_ = 0;
  std::size_t archives_canceled_ = 0;
  std::optional<std::pair<sync_ticket, std::uint64_t>> archive_;  // that is under way, and its peer
  application application_;
};

}  // namespace sync_model
