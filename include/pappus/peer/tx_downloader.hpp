// Asks peers for the transactions that they have announced, as the tracker says.
#pragma once

#include <cstdint>
#include <optional>

#include <pappus/io/network.hpp>
#include <pappus/io/timer_heap.hpp>
#include <pappus/peer/identity.hpp>
#include <pappus/peer/registry.hpp>
#include <pappus/peer/session/session.hpp>
#include <pappus/peer/submissions.hpp>
#include <pappus/peer/tx_request_tracker.hpp>
#include <pappus/peer/verdict.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

/// Gives a `tx_request_tracker` the time, and makes its requests. All it is made with outlives it.
class tx_downloader final : private io::timer_node {
public:
  tx_downloader(io::runtime& on, const local_node& us, const session_registry& peers, validator& told)
      : on_(on), peers_(peers), told_(told), tracker_(keyed_hash{us.secret}) {}

  /// A peer has what the application has not, and has not been told of.
  void announced(const session& by, const wire::hash& kernel);

  /// Whether somebody is being asked for it, or may be. O(log n).
  [[nodiscard]] bool is_open(const wire::hash& kernel) const { return tracker_.is_open(kernel); }

  /// A peer has sent a transaction, which is about to be judged. Whether it was asked for it.
  bool received(const session& from, const wire::transaction& tx);

  /// The verdict on what that peer has sent, or that there is none.
  void judged(std::uint64_t from, const wire::transaction& tx, const std::optional<validation_result>& said);

  /// Transactions with these kernels are wanted no more.
  template <class Kernels>
  void settled(const Kernels& kernels) {
    for (const wire::hash& each : kernels) tracker_.settled(on_.now(), each);
    carry_out();
  }

  /// A session is about to be no more: what was asked of it is asked of others.
  void left(const session& gone);

  [[nodiscard]] request_statistics statistics() const noexcept { return tracker_.statistics(); }

private:
  void on_timer() noexcept override;
  void carry_out();
  void request(session& whom, const tx_request& next);

  io::runtime& on_;
  const session_registry& peers_;
  validator& told_;
  tx_request_tracker tracker_;
};

}  // namespace pappus::peer
