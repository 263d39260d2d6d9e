// Who is asked for what was announced: one peer at a time for each transaction, and another when it does not answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include <pappus/io/network.hpp>
#include <pappus/io/timer_heap.hpp>
#include <pappus/peer/limits.hpp>
#include <pappus/peer/session/session.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::peer {

struct request_statistics {
  std::uint64_t requested = 0;   // questions of ours
  std::uint64_t unanswered = 0;  // of those, not answered in time
  std::uint64_t overlooked = 0;  // announcements beyond a limit
  std::uint64_t forgotten = 0;   // announcers who would have been asked after too many others
  std::size_t under_way = 0;     // questions now
};

/// The requests for transactions under way, by kernel hash. Each is some one peer's to answer; when its time is up, or
/// the peer leaves, the next that announced the same is asked. Bounded in all, by peer, and in who is remembered for
/// later.
class requests {
public:
  explicit requests(io::network& on) noexcept : on_(on) {}
  requests(const requests&) = delete;
  requests& operator=(const requests&) = delete;

  /// A peer says that it has what we have not: asks it, or remembers it for later. O(log n).
  void announced(session& by, const wire::hash& kernel);

  /// Whether somebody is being asked for it. O(log n).
  [[nodiscard]] bool is_under_way(const wire::hash& kernel) const { return under_way_.contains(kernel); }

  /// It has come, from whomever: nobody else is asked for it. Whether it had been asked for. O(log n).
  bool arrived(const wire::hash& kernel);

  /// A session is leaving: what was asked of it is asked of others. O(n).
  void forget(session& leaving);

  [[nodiscard]] request_statistics statistics() const noexcept {
    request_statistics now = counted_;
    now.under_way = under_way_.size();
    return now;
  }

private:
  class request final : public io::timer_node {
  public:
    request(requests& of, const wire::hash& kernel) noexcept : of_(of), kernel_(kernel) {}

    session* asked = nullptr;
    std::vector<session*> next;  // others that have it, in the order in which they said so

  private:
    void on_timer() noexcept override { of_.time_is_up(kernel_); }

    requests& of_;
    wire::hash kernel_;
  };

  void remember(request& open, session& announcer);
  void ask(const wire::hash& kernel, request& open, session& whom);
  void ask_next(const wire::hash& kernel);
  void time_is_up(const wire::hash& kernel) noexcept;

  io::network& on_;
  std::map<wire::hash, request> under_way_;  // ordered, so that every run of a simulation walks it alike
  request_statistics counted_;
};

}  // namespace pappus::peer
