// The peers that the chain is downloaded from: what they claim to have, and how well they respond.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <pappus/integration/sync/limits.hpp>
#include <pappus/integration/sync/sync_action.hpp>
#include <pappus/integration/sync/sync_options.hpp>
#include <pappus/io/random.hpp>
#include <pappus/io/time.hpp>
#include <pappus/io/token_bucket.hpp>
#include <pappus/peer/chain_tip.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/ring_buffer.hpp>
#include <pappus/wire/capabilities.hpp>

namespace pappus::integration {

/// Kinds of requests, whose round trips differ.
enum class sync_kind : std::uint8_t { headers, block, segment, archive };

/// Peers by id. Time and random numbers are passed in. Look-ups are O(log peers); choices, and the end of a peer, are
/// O(peers).
class sync_peers {
public:
  using actions = ring_buffer<any_sync_action>;

  /// References outlive it.
  sync_peers(io::random_source rng, actions& to_do, const sync_options& options)
      : rng_(std::move(rng)), to_do_(to_do), options_(options) {}

  /// A peer that is here already has only its tip updated.
  void add(const peer::peer_info& which);
  /// The peer has reported another tip.
  void update(std::uint64_t peer, peer::chain_tip claimed) noexcept;
  void remove(std::uint64_t peer) noexcept;

  /// The tip that a peer claims; nothing if it is gone, or is not believed.
  [[nodiscard]] std::optional<peer::chain_tip> claim_of(std::uint64_t peer, io::time_point now) const;
  /// The tip with the most work that a peer claims which serves headers and is believed; nothing if there is none.
  [[nodiscard]] std::optional<peer::chain_tip> best_claim(io::time_point now) const;

  /// The peer to ask: among those that serve that kind, with work above `above`, at least `height`, room for another
  /// request and no pause, for which `suits` holds, one with the fewest requests under way, of these the fastest.
  /// Nothing if there is none, or none but those that are not expected to respond within `needed_in`, while faster ones
  /// only have no room.
  template <class Suits>
  [[nodiscard]] std::optional<std::uint64_t> select(io::time_point now, sync_kind kind, std::uint64_t above,
                                                    std::uint64_t height, std::size_t max_in_flight, Suits suits,
                                                    io::duration needed_in = io::duration::max());
  /// Whether there is a peer that serves that kind and has no pause, whose claimed tip suits. It may have no room for a
  /// request now.
  [[nodiscard]] bool any(io::time_point now, sync_kind kind,
                         const std::function<bool(peer::chain_tip claim)>& suits) const;
  /// From when a peer can be asked again that could not be only because of its rate limit or a pause.
  [[nodiscard]] io::time_point next_due(io::time_point now) const;

  /// When the response to a request is late that is sent now.
  [[nodiscard]] io::time_point due(io::time_point now, std::uint64_t peer, sync_kind kind) const;
  void sent(io::time_point now, std::uint64_t peer, sync_kind kind) noexcept;
  /// Its response has arrived, or there will be none. `was_late`: `late` was called for it.
  void delivered(io::time_point now, std::uint64_t peer, sync_kind kind, io::duration took, bool was_late);
  void not_delivered(std::uint64_t peer, sync_kind kind, bool was_late);

  /// A response is late. Fewer requests to the peer are under way from now on, until others are in time again. Blames
  /// the peer if others have responded since, and it has not.
  void late(io::time_point now, std::uint64_t peer, sync_kind kind, io::time_point asked_at);
  /// Others are asked first, until it delivers again.
  void demote(std::uint64_t peer, sync_kind kind);
  /// All responses are late and no other peer can be asked: the node's own link may be slow, so later deadlines are
  /// longer, until a response arrives.
  void extend_deadlines(sync_kind kind) noexcept;
  /// Whether a peer's responses of a kind take no longer than the shortest deadline, as far as there were any.
  [[nodiscard]] bool is_fast(std::uint64_t peer, sync_kind kind) const;
  /// Whether a peer is not asked, since its responses are late.
  [[nodiscard]] bool is_paused(std::uint64_t peer, io::time_point now) const;

  /// A response was of use: the peer's former faults are forgotten.
  void useful(std::uint64_t peer) noexcept;
  /// A response was of no use, without being a proof of anything.
  void useless(io::time_point now, std::uint64_t peer) { strike(now, peer); }
  /// A peer has given less work than it claims.
  void overstated(io::time_point now, std::uint64_t peer);
  /// What a peer claims is not believed for that time.
  void disbelieve(io::time_point now, std::uint64_t peer, io::duration length);

private:
  static constexpr std::size_t kinds = 4;

  struct responses {
    std::size_t in_flight = 0;
    std::size_t late = 0;                             // of these
    double max_in_flight = limits::max_block_window;  // halved when a response is late, one more when so many are not
    std::optional<io::duration> mean;                 // exponentially weighted
    io::time_point last = io::time_point::min();      // when the last one arrived
    bool is_demoted = false;                          // since the last one
  };
  /// Of a peer that has been chosen.
  struct history {
    std::array<responses, kinds> by_kind;
    io::token_bucket requests;
    io::time_point paused_until = io::time_point::min();
    io::time_point disbelieved_until = io::time_point::min();
    int strikes = 0;
    std::size_t pauses = 0;
    int overstatements = 0;

    [[nodiscard]] responses& of(sync_kind kind) noexcept { return by_kind[static_cast<std::size_t>(kind)]; }
  };
  /// Small, since choices look at all of them.
  struct entry {
    std::uint64_t id;
    peer::chain_tip claim;
    wire::capabilities capabilities;
    peer::direction direction;
    std::unique_ptr<history> past;  // null until it is first chosen

    [[nodiscard]] bool is_paused(io::time_point now) const noexcept { return past && past->paused_until > now; }
    [[nodiscard]] bool is_believed(io::time_point now) const noexcept {
      return !past || past->disbelieved_until <= now;
    }
    [[nodiscard]] const responses& of(sync_kind kind) const noexcept {
      static constexpr responses none{};
      return past ? past->of(kind) : none;
    }
  };

  /// Tokens that a peer's rate limit must have for a request: the last one is for headers, which blocks would leave
  /// none for.
  [[nodiscard]] double tokens_for(sync_kind kind) const noexcept {
    return kind == sync_kind::headers ? 1 : std::min(2.0, options_.request_limit.burst);
  }
  /// Until the rate limit of a peer allows another request.
  [[nodiscard]] io::duration time_until_request(const entry& which, io::time_point now, sync_kind kind) const noexcept;
  /// Null if it is gone.
  [[nodiscard]] entry* find(std::uint64_t peer) noexcept;
  [[nodiscard]] const entry* find(std::uint64_t peer) const noexcept;
  /// Null if it is gone, or has never been chosen.
  [[nodiscard]] history* find_history(std::uint64_t peer) noexcept;
  [[nodiscard]] io::token_bucket full_bucket(io::time_point now) const noexcept {
    return {options_.request_limit.per_second, options_.request_limit.burst, now};
  }
  /// Every node has the latest blocks, older ones only those that say so.
  [[nodiscard]] static bool keeps_block(const entry& which, std::uint64_t height) noexcept {
    return which.capabilities.has(wire::capability::block_hist) || which.claim.height < limits::recent_blocks ||
           which.claim.height - limits::recent_blocks <= height;
  }
  [[nodiscard]] static bool serves(const entry& which, sync_kind kind) noexcept;
  /// A peer whose responses are all late may be asked for one more thing: it may lack the others, and Grin does not say
  /// so.
  [[nodiscard]] static bool has_room(const responses& with, std::size_t max_in_flight) noexcept {
    const auto usual = static_cast<std::size_t>(with.max_in_flight);
    return with.in_flight < std::min(max_in_flight, std::max(usual, with.late + 1));
  }
  [[nodiscard]] io::duration deadline(const entry& which, sync_kind kind) const;
  [[nodiscard]] std::optional<io::duration> median(sync_kind kind) const;
  [[nodiscard]] bool has_responded_since(std::uint64_t other_than, sync_kind kind, io::time_point when) const;
  void strike(io::time_point now, std::uint64_t peer);

  io::random_source rng_;
  actions& to_do_;
  const sync_options& options_;
  std::vector<entry> peers_;                  // by id
  std::array<int, kinds> scale_{1, 1, 1, 1};  // of the deadlines
  io::time_point last_disconnect_ = io::time_point::min();
};

template <class Suits>
std::optional<std::uint64_t> sync_peers::select(io::time_point now, sync_kind kind, std::uint64_t above,
                                                std::uint64_t height, std::size_t max_in_flight, Suits suits,
                                                io::duration needed_in) {
  const auto is_candidate = [&](const entry& each) {
    return each.claim.total_difficulty > above && each.claim.height >= height && serves(each, kind) &&
           (kind != sync_kind::block || keeps_block(each, height)) && each.is_believed(now) && !each.is_paused(now) &&
           suits(each.id);
  };
  io::duration fastest = io::duration::max() / 2;
  if (needed_in != io::duration::max()) {
    for (const entry& each : peers_) {
      const responses& with = each.of(kind);
      if (with.mean && !with.is_demoted && is_candidate(each)) fastest = std::min(fastest, *with.mean);
    }
  }
  const auto longest = std::max<io::duration>({needed_in / 3 * 2, fastest * 2, options_.min_deadline / 2});
  entry* best = nullptr;
  std::pair<std::size_t, io::duration> best_rank;
  std::uint64_t alike = 0;  // candidates with the best rank
  bool best_waits = false;  // for its rate limit
  for (entry& each : peers_) {
    const responses& with = each.of(kind);
    if (with.mean.value_or(io::duration::zero()) > longest) continue;
    if (!has_room(with, max_in_flight)) continue;
    if (!is_candidate(each)) continue;
    // Headers come one batch at a time, so that it is better to wait for a fast peer than to ask a slow one.
    const io::duration wait = time_until_request(each, now, kind);
    const bool waits = wait > io::duration::zero();
    if (waits && (kind != sync_kind::headers || with.is_demoted)) continue;
    const io::duration usual = io::saturating_add(with.mean.value_or(options_.min_deadline), wait);
    const io::duration slowness = with.is_demoted ? io::duration::max() : usual;
    const std::pair rank{with.in_flight, slowness};
    if (best != nullptr && best_rank < rank) continue;
    if (best == nullptr || rank < best_rank) alike = 0;
    if (io::uniform_below(rng_, ++alike) != 0) continue;
    best = &each;
    best_rank = rank;
    best_waits = waits;
  }
  if (best == nullptr || best_waits) return std::nullopt;
  if (best->past == nullptr) best->past.reset(new history{{}, full_bucket(now)});
  return best->id;
}

}  // namespace pappus::integration
