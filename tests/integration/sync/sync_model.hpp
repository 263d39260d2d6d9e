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

  // Defined in sync_model_orders.hpp, which whoever uses the model includes.
  void carry_out(const sync_action::get_locator&);
  void carry_out(const sync_action::request_headers&);
  void carry_out(const sync_action::import_headers&);
  import_result import_of(sync_ticket which, import_result (application::*import)(const content&));
  void carry_out(const sync_action::list_missing&);
  void carry_out(const sync_action::request_block&);
  void carry_out(const sync_action::import_block&);
  void carry_out(const sync_action::continue_state&);
  void carry_out(const sync_action::request_segment&);
  void carry_out(const sync_action::import_segment&);
  void carry_out(const sync_action::finish_state&);
  void carry_out(const sync_action::request_archive&);
  void carry_out(const sync_action::cancel_archive&);
  void carry_out(const sync_action::import_archive&);
  [[nodiscard]] bool uses_archive() const noexcept;
  import_result note_tips(import_result what);
  void carry_out(const sync_action::discard&);
  void carry_out(const sync_action::report&);
  void carry_out(const sync_action::disconnect&);

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
