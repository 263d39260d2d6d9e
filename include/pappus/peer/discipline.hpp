// What misbehaviour costs a peer: its session, its good name, or any further word with us.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <pappus/io/endpoint_range.hpp>
#include <pappus/io/network.hpp>
#include <pappus/peer/accounts.hpp>
#include <pappus/peer/admission/admission.hpp>
#include <pappus/peer/book/bans.hpp>
#include <pappus/peer/book/keeper.hpp>
#include <pappus/peer/ending.hpp>
#include <pappus/peer/host.hpp>
#include <pappus/peer/info.hpp>
#include <pappus/peer/logger.hpp>
#include <pappus/peer/registry.hpp>
#include <pappus/wire/messages/ban_reason.hpp>

namespace pappus::peer {

struct ban_manager_statistics {
  std::uint64_t discouraged = 0;  // times that an address or a dialled endpoint was
  std::uint64_t banned = 0;       // dialled endpoints, by the node itself
};

/// Who answers for an inbound peer is its address, for all behind it: it is discouraged, in memory alone, and open
/// sessions of others stay. Only an endpoint that we have dialled is banned by the node, for a fault that is its own
/// doing or one more while it is discouraged; unless the operator prefers it, and then no more than its session ends.
/// All that it is made with outlives it.
class ban_manager {
public:
  ban_manager(io::runtime& on, peer_store& kept, accounts& charged, const session_registry& sessions,
              const connection_gater& judge, const adapter& above, logger& say) noexcept
      : on_(on), keeper_(kept), accounts_(charged), sessions_(sessions), judge_(judge), host_(above), say_(say) {}

  /// The operator bans, for `length` from now, 0 to `limits::longest_ban`, at once; ends the sessions concerned, whose
  /// peers are told the cause.
  void ban(const io::endpoint_range& whom, io::duration length, wire::reason_for_ban cause, peer_store::stored done);
  /// Lifts every ban of a range within `whom`; gives how many there were.
  std::size_t unban(const io::endpoint_range& whom, peer_store::stored done);

  /// A session or a handshake has ended: if that was the peer's fault, it counts against it.
  void judge_end(const peer_info& peer, const disconnect_info& why);

  /// A soft fault, which may be an honest peer's. Its session ends if it has made enough of them itself.
  void blame(const peer_info& peer, double points, const std::string& why);

  /// A hard fault, which the host has found: its session ends, and it is told why.
  void report(const peer_info& peer, wire::reason_for_ban cause);

  [[nodiscard]] const ban_manager_statistics& statistics() const noexcept { return counted_; }

private:
  /// `concerns(session)` says which sessions it ends.
  template <class Predicate>
  void enter(const peer::ban& made, Predicate concerns, peer_store::stored done);
  void ban_endpoint(io::endpoint dialled, wire::reason_for_ban cause, const std::string& why);
  void note_discouraged(const io::endpoint_range& whom, const std::string& why);
  [[nodiscard]] peer::ban made_by(ban_author by, const io::endpoint_range& whom, io::duration length,
                                  wire::reason_for_ban cause) const;

  io::runtime& on_;
  peer_store& keeper_;
  accounts& accounts_;
  const session_registry& sessions_;
  const connection_gater& judge_;
  const adapter& host_;
  logger& say_;
  ban_manager_statistics counted_;
};

}  // namespace pappus::peer
