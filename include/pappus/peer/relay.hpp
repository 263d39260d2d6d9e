// How transactions spread: told of by kernel hash, asked for once, passed on to whoever has them not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <vector>

#include <pappus/io/network.hpp>
#include <pappus/io/time.hpp>
#include <pappus/io/timer_heap.hpp>
#include <pappus/peer/host.hpp>
#include <pappus/peer/identity.hpp>
#include <pappus/peer/limits.hpp>
#include <pappus/peer/registry.hpp>
#include <pappus/peer/session/session.hpp>

namespace pappus::peer {

/// What became of a broadcast, by number of peers.
struct broadcast_report {
  std::size_t sent = 0;    // in full or as an announcement
  std::size_t known = 0;   // had it already
  std::size_t behind = 0;  // takes too slowly
  std::size_t unable = 0;  // its version wants to be told what is spent, and the host does not know
};

struct relay_statistics {
  std::uint64_t received = 0;    // transactions, whether new or not
  std::uint64_t relayed = 0;     // transactions passed on
  std::uint64_t requested = 0;   // questions of ours
  std::uint64_t unanswered = 0;  // of those, not answered in time
  std::uint64_t overlooked = 0;  // announcements beyond a limit
};

/// As in Grin, a peer that can ask by kernel hash (capability `transaction_by_kernel`) is told the hash of the first
/// kernel; any other gets the whole. A peer is not told what it told us, except what it sent on the stem: that must not
/// count as known, or the later fluff would be lost. One request is under way for a hash; when its time is up, the next
/// peer that announced it is asked.
class relay final : public transaction_listener {
public:
  relay(io::network& on, const identity& us, const registry& peers, const host& above)
      : on_(on), us_(us), peers_(peers), host_(above) {}

  /// To every peer that is not known to have it. O(peers); encodes once a form.
  broadcast_report broadcast(const wire::transaction_ptr& tx);

  /// A session is leaving: what was asked of it is asked of others.
  void forget(session& leaving) override;

  [[nodiscard]] const relay_statistics& statistics() const noexcept { return counted_; }

  void transaction_received(session& from, const wire::transaction_ptr& tx, phase at) override;
  void kernel_announced(session& by, const wire::hash& kernel) override;
  void transaction_requested(session& by, const wire::hash& kernel) override;

private:
  /// A question under way.
  class request final : public io::timer_node {
  public:
    request(relay& of, const wire::hash& kernel) noexcept : of_(of), kernel_(kernel) {}

    session* asked = nullptr;
    std::deque<session*> next;  // others that have it, in the order in which they said so

  private:
    void on_timer() noexcept override { of_.unanswered(kernel_); }

    relay& of_;
    wire::hash kernel_;
  };

  [[nodiscard]] bool has(const wire::hash& kernel) const;
  void ask(const wire::hash& kernel, request& question, session& whom);
  void unanswered(const wire::hash& kernel) noexcept;
  void ask_next(const wire::hash& kernel);
  void answered(const wire::transaction_ptr& tx);

  io::network& on_;
  const identity& us_;
  const registry& peers_;
  const host& host_;
  std::map<wire::hash, request> requests_;  // ordered, so that every run of a simulation walks it alike
  relay_statistics counted_;
};

}  // namespace pappus::peer
