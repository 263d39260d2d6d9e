// One simulated network: real nodes, one transaction per honest node, and the history of each transaction.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <support/socks_proxy.hpp>

#include <pappus/node.hpp>
#include <pappus/sim/random.hpp>
#include <pappus/sim/world.hpp>

#include "settings.hpp"
#include "topology.hpp"
#include "transactions.hpp"

namespace anonymity {

namespace integration = pappus::integration;
namespace peer = pappus::peer;
namespace io = pappus::io;

/// History of a transaction.
struct story {
  std::size_t maker = 0;
  std::optional<std::size_t> accused;  // the peer from which the first spy received it
  std::size_t hops = 0;                // stem hops; or peers that were told by private broadcast
  std::optional<peer::fluff_reason> why;
  bool is_public = false;
  std::size_t has = 0;  // nodes that have it publicly
  bool ended = false;
  io::time_point made{};
  io::time_point fluffed{};               // when it has become public
  std::optional<io::time_point> at_half;  // when half of all nodes had it
  std::optional<io::time_point> at_most;  // when 99% of all nodes had it
};

/// The measurement for which a network is simulated.
enum class purpose : std::uint8_t {
  hunt,    // spies relay nothing; a transaction is followed until the first spy gets it
  spread,  // no spies; a transaction is followed until all nodes have it
};

/// Every node is a `pappus::node` on a simulated machine, and accepts every transaction. The graph, the choice of spies
/// and all events are determined by the seed.
class town {
public:
  /// Builds the graph and connects the nodes. Throws `std::runtime_error` if they do not connect in time. For
  /// `purpose::spread`, `makers` transactions are made, each by a different node.
  town(const settings& what, purpose why, std::uint64_t seed, std::size_t makers);
  town(const town&) = delete;
  town& operator=(const town&) = delete;
  ~town();

  /// Makes the transactions, and simulates until all have ended or the time limit is reached. Call once.
  const std::vector<story>& play();

  [[nodiscard]] std::size_t honest() const noexcept { return nodes_.size() - spies_; }

private:
  class resident;

  void place(const graph& dials, const std::vector<std::size_t>& spies);
  void connect(const graph& dials);
  void make_transactions();
  [[nodiscard]] peer::store_source store_of(std::size_t number);

  [[nodiscard]] std::size_t number_of(const peer::peer_info& whom) const;
  void note_public(story& of);
  void note_kept(story& of);
  void end(story& which) noexcept;

  settings what_;
  purpose why_;
  pappus::sim::xoshiro256 chance_;
  transactions made_;
  std::vector<story> stories_;  // by transaction number
  std::size_t open_ = 0;        // transactions that have not ended
  std::size_t spies_ = 0;
  pappus::sim::world world_;
  std::optional<support::socks_proxy> proxy_;  // if the scheme needs one
  std::vector<std::unique_ptr<resident>> nodes_;
};

}  // namespace anonymity
