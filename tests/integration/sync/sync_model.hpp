// A network of scripted peers and an application with a chain, in virtual time, for `syncer` alone: what it orders is
// carried out by the model, which checks each order.
#pragma once

#include <algorithm>
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

namespace sync_model {

using namespace pappus;
using namespace pappus::integration;
using namespace std::chrono_literals;

enum class conduct : std::uint8_t {
  honest,
  silent,          // answers nothing
  overstating,     // claims a chain that is much longer than the one that it serves
  empty,           // answers requests for headers with none
  unlinked,        // sends headers that follow none that was named
  invalid_header,  // sends headers that the application finds invalid
  invalid_block,   // sends blocks that the application finds invalid
  headers_only,    // answers no request for a block
  leaving,         // disconnects after some requests, and comes back
  slow_headers,    // takes 25 s for headers
  replaying,       // claims much work, and sends the first headers of the chain again and again
  pruned,          // has no old blocks
  ahead,           // its headers are cut short, as by a clock of the application's that is behind
};
inline constexpr std::size_t conducts = 13;

struct settings {
  io::duration import_time = 1ms;        // of headers or a block
  double busy = 0;                       // probability that the application is busy
  double failing = 0;                    // probability that it fails
  double unlinked = 0;                   // probability that it does not know the predecessor of a block
  std::size_t max_block_size = 100'000;  // bytes
  double blocks_per_second = 1'000'000;  // that a peer sends
};

/// A run of the model.
class network {
public:
  network(std::uint64_t seed, const settings& how)
      : random_(seed), how_(how), syncer_([this] { return random_.next(); }) {}

  struct member {
    conduct acts = conduct::honest;
    const chain* serves = nullptr;
    io::duration round_trip = 50ms;
    bool connected = false;
    std::size_t headers_open = 0;
    std::size_t blocks_open = 0;
    std::size_t requests = 0;
    io::time_point sends_until{};  // when it will have sent what it was asked for
    io::token_bucket allowed{limits::sync_request_rate, limits::sync_request_burst + 1, io::time_point{}};
    bool reported = false;
  };

  std::uint64_t add(conduct acts, const chain& serves, io::duration round_trip) {
    const std::uint64_t id = ++last_id_;
    members_[id] = {.acts = acts, .serves = &serves, .round_trip = round_trip};
    connect(id);
    return id;
  }

  /// All honest peers change over to another chain.
  void switch_to(const chain& other) {
    for (auto& [id, each] : members_) {
      if (each.acts == conduct::overstating) continue;
      each.serves = &other;
      if (each.connected) syncer_.peer_changed(now_, id, claim_of(each));
    }
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
  [[nodiscard]] std::size_t headers_sent() const noexcept { return headers_sent_; }
  [[nodiscard]] peer::chain_tip header() const noexcept { return application_.header(); }
  [[nodiscard]] std::size_t disconnects() const noexcept { return disconnects_; }
  void at(io::duration when, std::function<void()> run) { events_.push({io::time_point{} + when, ++order_, run}); }

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
      if (soonest <= tick) {
        const auto run = events_.top().run;
        events_.pop();
        run();
      } else {
        syncer_.tick(now_);
      }
      perform();
    }
    return faults_.empty();
  }

  void require(bool met, const char* what) {
    if (!met) faults_.emplace_back(what);
  }
  bool chance(double probability) { return static_cast<double>(random_.below(1'000'000)) < probability * 1e6; }
  void later(io::duration after, std::function<void()> run) { events_.push({now_ + after, ++order_, std::move(run)}); }

  [[nodiscard]] static peer::chain_tip claim_of(const member& which) {
    peer::chain_tip claim = which.serves->tip();
    if (which.acts == conduct::overstating) claim = {claim.total_difficulty + 1'000'000, claim.height + 100'000};
    if (which.acts == conduct::replaying) claim.total_difficulty += 1'000'000;
    if (which.acts == conduct::empty || which.acts == conduct::unlinked) claim.total_difficulty += 7;
    return claim;
  }

  void connect(std::uint64_t id) {
    member& which = members_.at(id);
    which.connected = true;
    which.headers_open = which.blocks_open = 0;
    peer::peer_info info;
    info.id = id;
    info.direction = id % 2 == 0 ? peer::direction::outbound : peer::direction::inbound;
    info.capabilities = which.acts == conduct::pruned ? wire::default_capabilities : wire::archive_capabilities;
    info.tip = claim_of(which);
    syncer_.peer_connected(now_, info);
  }

  void disconnect(std::uint64_t id) {
    member& which = members_.at(id);
    if (!which.connected) return;
    which.connected = false;
    syncer_.peer_disconnected(now_, id);
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
    member& asked = begin_request(order.ticket, order.peer);
    require(++asked.headers_open == 1, "one request for headers to a peer");
    require(order.locator.size() <= wire::limits::max_locator_hashes && !order.locator.empty(), "a locator's size");
    if (asked.acts == conduct::silent) return give_up(order.ticket, order.peer, true);
    content sent{order.peer, asked.serves};
    for (const wire::hash& each : order.locator) {
      if (!asked.serves->has(each) || chain::height_of(each) > asked.serves->length()) continue;
      sent.first = chain::height_of(each) + 1;
      break;
    }
    sent.count = std::min<std::uint64_t>(wire::limits::max_headers, asked.serves->length() + 1 - sent.first);
    if (asked.acts == conduct::empty) sent.count = 0;
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
      if (!end_request(ticket, sent.peer, true)) return;
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
      syncer_.headers_imported(now_, order.ticket, import_of_headers(order.ticket));
    });
  }

  import_result import_of_headers(sync_ticket which) {
    if (chance(how_.busy)) return import_result::busy;
    if (chance(how_.failing)) return import_result::failed;
    require(content_.contains(which), "what is imported was not discarded");
    return note_tips(application_.import_headers(content_[which]));
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
    member& asked = begin_request(order.ticket, order.peer);
    require(++asked.blocks_open <= limits::max_blocks_in_flight_per_peer, "requests for blocks to a peer");
    require(chain::height_of(order.hash) <= claim_of(asked).height, "no peer is asked above its height");
    const std::uint64_t height = chain::height_of(order.hash);
    const bool is_pruned = asked.acts == conduct::pruned && height + limits::recent_blocks < asked.serves->length();
    const bool has_it = !is_pruned && asked.serves->has(order.hash) && height <= asked.serves->length();
    require(!is_pruned, "no peer is asked for a block that is older than it keeps");
    const bool mute = asked.acts == conduct::silent || asked.acts == conduct::headers_only;
    if (mute || !has_it) return give_up(order.ticket, order.peer, false);
    content sent{order.peer, asked.serves, chain::height_of(order.hash), 1};
    sent.valid = asked.acts != conduct::invalid_block;
    const io::duration takes{static_cast<io::duration::rep>(1e9 / how_.blocks_per_second)};
    asked.sends_until = std::max(asked.sends_until, now_) + takes;
    later(asked.sends_until - now_ + asked.round_trip, [this, ticket = order.ticket, sent] {
      if (!end_request(ticket, sent.peer, false)) return;
      ++blocks_sent_;
      content_[ticket] = sent;
      syncer_.block_received(now_, ticket, random_.below(how_.max_block_size));
    });
  }

  void carry_out(const sync_action::import_block& order) {
    require(!std::exchange(importing_block_, true), "one import of a block at a time");
    later(how_.import_time, [this, order] {
      importing_block_ = false;
      syncer_.block_imported(now_, order.ticket, import_of_block(order.ticket));
    });
  }

  import_result import_of_block(sync_ticket which) {
    if (chance(how_.busy)) return import_result::busy;
    if (chance(how_.failing)) return import_result::failed;
    require(content_.contains(which), "what is imported was not discarded");
    if (chance(how_.unlinked)) return import_result::unlinked;
    return note_tips(application_.import_block(content_[which]));
  }

  import_result note_tips(import_result what) {
    syncer_.set_tips(now_, application_.body(), application_.header());
    return what;
  }

  void carry_out(const sync_action::discard& order) {
    require(content_.erase(order.ticket) == 1, "what is discarded was received, and not discarded before");
  }

  void carry_out(const sync_action::report& order) {
    const auto found = members_.find(order.peer);
    if (found == members_.end()) return;
    const bool guilty = found->second.acts == conduct::invalid_header || found->second.acts == conduct::invalid_block;
    require(guilty, "only who has sent what is invalid is reported");
    found->second.reported = true;
    later(0ms, [this, id = order.peer] { disconnect(id); });
  }

  void carry_out(const sync_action::disconnect& order) {
    ++disconnects_;
    later(0ms, [this, id = order.peer] { disconnect(id); });
  }

  member& begin_request(sync_ticket ticket, std::uint64_t peer) {
    require(tickets_.insert(ticket).second, "each ticket is used once");
    member& asked = members_.at(peer);
    require(asked.connected, "no peer is asked that has left");
    require(asked.allowed.try_consume(now_), "the rate of requests to a peer");
    open_[peer].insert(ticket);
    ++asked.requests;
    if (asked.acts == conduct::leaving && asked.requests % 20 == 0) later(0ms, [this, peer] { disconnect(peer); });
    return asked;
  }

  /// False if it has ended already.
  bool end_request(sync_ticket ticket, std::uint64_t peer, bool headers) {
    if (open_[peer].erase(ticket) == 0) return false;
    member& asked = members_.at(peer);
    --(headers ? asked.headers_open : asked.blocks_open);
    return true;
  }

  /// The session's own time-out.
  void give_up(sync_ticket ticket, std::uint64_t peer, bool headers) {
    later(30s, [this, ticket, peer, headers] {
      if (end_request(ticket, peer, headers)) syncer_.unanswered(now_, ticket);
    });
  }

  samples::numbers random_;
  settings how_;
  syncer syncer_;
  io::time_point now_{};
  std::priority_queue<event> events_;
  std::uint64_t order_ = 0;
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
  std::size_t disconnects_ = 0;
  std::size_t headers_sent_ = 0;
  std::size_t blocks_sent_ = 0;
  application application_;
};

}  // namespace sync_model
