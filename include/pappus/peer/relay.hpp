// How transactions spread: told of by kernel hash, asked for once, passed on to whoever has them not.
#pragma once

#include <cstdint>

#include <pappus/io/network.hpp>
#include <pappus/peer/broadcast.hpp>
#include <pappus/peer/dandelion/dandelion.hpp>
#include <pappus/peer/dandelion/diffusion.hpp>
#include <pappus/peer/host.hpp>
#include <pappus/peer/inquiries.hpp>
#include <pappus/peer/registry.hpp>
#include <pappus/peer/requests.hpp>
#include <pappus/peer/session/session.hpp>
#include <pappus/peer/submissions.hpp>

namespace pappus::peer {

struct relay_statistics : request_statistics {
  std::uint64_t received = 0;  // transactions, whether new or not
  std::uint64_t relayed = 0;   // transactions passed on
};

/// What is done about what peers say of transactions. A peer is not told what it told us, except what it sent on the
/// stem: that must not count as known, or the later fluff would be lost.
class relay final : public transaction_listener {
public:
  struct surroundings {
    io::network& on;
    const registry& peers;
    inquiries& asked;
    submissions& told;
    broadcaster& to;
    diffusion& spread;
    dandelion& stems;
    const host& above;
  };

  /// All it is made with outlives it.
  explicit relay(const surroundings& around) : around_(around), requests_(around.on) {}

  /// To every peer of the audience that is not known to have it. What everybody is told is public from then on.
  broadcast_report broadcast(const wire::transaction_ptr& tx, const audience& to = {},
                             transaction_form as = transaction_form::announced);

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
  requests requests_;
  std::uint64_t received_ = 0;
  std::uint64_t relayed_ = 0;
};

}  // namespace pappus::peer
