// What misbehaviour costs a peer: its session, its good name, or any further word with us.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <pappus/io/endpoint_range.hpp>
#include <pappus/io/network.hpp>
#include <pappus/peer/admission/admission.hpp>
#include <pappus/peer/admission/misbehaviour.hpp>
#include <pappus/peer/book/bans.hpp>
#include <pappus/peer/book/keeper.hpp>
#include <pappus/peer/ending.hpp>
#include <pappus/peer/host.hpp>
#include <pappus/peer/info.hpp>
#include <pappus/peer/logger.hpp>
#include <pappus/peer/registry.hpp>
#include <pappus/wire/messages/ban_reason.hpp>

namespace pappus::peer {

struct discipline_statistics {
  std::uint64_t discouraged = 0;  // times that a peer was
  std::uint64_t banned = 0;       // by the node itself
  std::uint64_t addresses = 0;    // banned with all their ports, for what several behind them did
  std::size_t scores = 0;         // remembered now
  std::uint64_t forgotten = 0;    // scores, to make room
};

/// A soft fault may be an honest peer's: it adds to a score, and discourages. A hard one is the peer's own doing, and
/// bans it. Bans by the node itself are of one endpoint, and of a whole address only when several behind it are banned:
/// one liar behind a NAT never costs his neighbours. Peers that the operator prefers are not touched. All that it is
/// made with outlives it.
class discipline {
public:
  discipline(io::network& on, keeper& kept, misbehaviour& scores, const registry& sessions, const admission& judge,
             const host& above, logger& say) noexcept
      : on_(on), keeper_(kept), scores_(scores), sessions_(sessions), judge_(judge), host_(above), say_(say) {}

  /// Bans for `length` from now, 0 to `limits::longest_ban`, at once; ends the sessions concerned, whose peers are told
  /// the cause.
  void ban(const io::endpoint_range& whom, io::duration length, wire::ban_cause cause, ban_author by,
           keeper::stored done);
  /// Lifts every ban of a range within `whom`; gives how many there were.
  std::size_t unban(const io::endpoint_range& whom, keeper::stored done);

  /// A session has ended: if that was the peer's fault, it counts against it.
  void judge_end(const peer_info& peer, const ending& why);

  /// A soft fault: adds points to its score. A peer that is discouraged for it is disconnected.
  void blame(const peer_info& peer, double points, const std::string& why);

  /// A hard fault.
  void punish(const peer_info& peer, wire::ban_cause cause);

  /// One that the host has found: its session ends, also if it is preferred.
  void report(const peer_info& peer, wire::ban_cause cause);

  [[nodiscard]] discipline_statistics statistics() const noexcept;

private:
  void end_session(const peer_info& peer, std::string why) const;

  io::network& on_;
  keeper& keeper_;
  misbehaviour& scores_;
  const registry& sessions_;
  const admission& judge_;
  const host& host_;
  logger& say_;
  discipline_statistics counted_;
};

}  // namespace pappus::peer
