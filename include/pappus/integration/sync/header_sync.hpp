// Downloads headers until no peer is believed to have more work.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <pappus/integration/bridge/chain_import.hpp>
#include <pappus/integration/sync/headers_summary.hpp>
#include <pappus/integration/sync/open_requests.hpp>
#include <pappus/integration/sync/sync_action.hpp>
#include <pappus/integration/sync/sync_peers.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/chain_tip.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::integration {

/// Headers come in batches of up to 512, each requested by a locator: hashes of which the peer continues from the first
/// that is on its chain. The next batch is requested while the one before is imported, from the same peer, since the
/// batch may be of a fork, if that one is fast. A second peer is asked when a response is late, which still counts if
/// it brings more; a peer that does not respond at all is not believed for a while.
///
/// A full batch is followed by another. After a shorter one the peer has no more: if its last header has less work than
/// the peer claimed, the peer has overstated its chain, and is not believed for a while.
class header_sync {
public:
  /// All outlive it; `tickets` is the number of the last one.
  header_sync(sync_peers& peers, sync_peers::actions& to_do, sync_ticket& tickets);

  /// The tip of the application's header chain.
  void set_tip(peer::chain_tip tip) noexcept;
  [[nodiscard]] peer::chain_tip tip() const noexcept { return tip_; }

  void located(io::time_point now, std::vector<wire::hash> locator);
  void imported(io::time_point now, sync_ticket which, import_result what);

  /// False if the ticket is none of a request for headers.
  [[nodiscard]] bool received(io::time_point now, sync_ticket which, const headers_summary& response);
  [[nodiscard]] bool unanswered(io::time_point now, sync_ticket which);

  /// Orders what can be done now. To be called after each event.
  void advance(io::time_point now);
  /// When `advance` is to be called next, if there is no event.
  [[nodiscard]] io::time_point next_due(io::time_point now) const;

  /// Whether a peer is believed to have more work than the header chain.
  [[nodiscard]] bool is_behind(io::time_point now) const;
  [[nodiscard]] std::size_t in_flight() const noexcept { return open_.size(); }
  /// Requests under way, and responses that are kept.
  [[nodiscard]] std::size_t tickets() const noexcept { return open_.size() + batches_.size(); }
  [[nodiscard]] std::uint64_t wasted() const noexcept { return wasted_; }

private:
  struct request : open_request {
    std::uint64_t round = 0;    // of the locator
    std::uint64_t claimed = 0;  // work that the peer claimed
    std::vector<wire::hash> locator;
  };
  struct batch {
    sync_ticket ticket;
    std::uint64_t peer;
    peer::chain_tip tip;
    std::size_t count;
  };

  [[nodiscard]] std::uint64_t known_work() const noexcept;
  [[nodiscard]] std::vector<wire::hash> locator() const;
  template <class Suits>
  [[nodiscard]] std::optional<std::uint64_t> select(io::time_point now, Suits suits);
  void accept(io::time_point now, const request& asked, const headers_summary& response);
  void add_batch(const request& asked, const headers_summary& response);
  void check_late(io::time_point now);
  void request_next(io::time_point now);
  void start_over() noexcept;

  sync_peers& peers_;
  sync_peers::actions& to_do_;
  sync_ticket& tickets_;
  peer::chain_tip tip_;
  std::optional<std::vector<wire::hash>> locator_;  // of the application
  bool locating_ = false;
  std::optional<wire::hash> last_;   // last header received after that locator
  std::uint64_t round_ = 0;          // changes with what is requested next
  std::uint64_t source_ = 0;         // the peer that sent `last_`
  std::size_t unaccepted_ = 0;       // headers since `imported_work_` rose
  std::uint64_t imported_work_ = 0;  // the most work of a batch that was accepted
  open_requests<request> open_;
  std::vector<batch> batches_;  // to be imported; the first may be under way
  bool importing_ = false;
  io::time_point not_before_ = io::time_point::min();
  std::uint64_t wasted_ = 0;  // headers that were not imported
};

}  // namespace pappus::integration
