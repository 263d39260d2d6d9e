// How transactions spread: told of by kernel hash, asked for once, passed on to whoever has them not.
#pragma once

#include <cstdint>

#include <pappus/io/network.hpp>
#include <pappus/peer/broadcast.hpp>
#include <pappus/peer/dandelion/dandelion.hpp>
#include <pappus/peer/dandelion/diffusion.hpp>
#include <pappus/peer/host.hpp>
#include <pappus/peer/identity.hpp>
#include <pappus/peer/inquiries.hpp>
#include <pappus/peer/registry.hpp>
#include <pappus/peer/session/news_source.hpp>
#include <pappus/peer/session/session.hpp>
#include <pappus/peer/submissions.hpp>
#include <pappus/peer/tx_downloader.hpp>

namespace pappus::peer {

struct relay_statistics : request_statistics {
  std::uint64_t received = 0;     // transactions, whether new or not
  std::uint64_t relayed = 0;      // transactions passed on
  std::uint64_t over_budget = 0;  // on the stem, beyond what their address may send in an epoch
  std::size_t budgets = 0;        // addresses whose share of that is counted, now
};

/// What is done about what peers say of transactions. To the outboxes what a peer has brought is that peer's. A peer is
/// not told what it told us, except what it sent on the stem: that must not count as known, or the later fluff would be
/// lost.
class transaction_relay final : public transaction_listener {
public:
  struct surroundings {
    io::runtime& on;
    const local_node& us;
    const session_registry& peers;
    adapter_calls& asked;
    validator& told;
    broadcaster& to;
    diffusion& spread;
    dandelion& stems;
    const adapter& above;
  };

  /// All it is made with outlives it.
  explicit transaction_relay(const surroundings& around)
      : around_(around), downloads_(around.on, around.us, around.peers, around.told) {}

  /// To every peer of the audience that is not known to have it. What everybody is told is public from then on.
  broadcast_report broadcast(const wire::transaction_ptr& tx, const peer_filter& to = {},
                             transaction_form as = transaction_form::announced, news_source source = {});

  /// The host has transactions with these kernels, or needs them no more: nobody is asked for them.
  template <class Kernels>
  void settled(const Kernels& kernels) {
    downloads_.settled(kernels);
  }

  /// A session is leaving: what was asked of it is asked of others.
  void forget(session& leaving) override;

  [[nodiscard]] relay_statistics statistics() const noexcept;

  void transaction_received(session& from, const wire::transaction_ptr& tx, phase at) override;
  void kernel_announced(session& by, const wire::hash& kernel) override;
  void transaction_requested(session& by, const wire::hash& kernel) override;

private:
  void answer(session& by, const wire::hash& kernel);
  void postpone(session& by, const wire::hash& kernel);
  template <class Then>
  void look_up(const session& by, const wire::hash& kernel, Then then);

  surroundings around_;
  tx_downloader downloads_;
  std::uint64_t received_ = 0;
  std::uint64_t relayed_ = 0;
};

}  // namespace pappus::peer
