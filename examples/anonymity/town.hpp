// One simulated network: real nodes, a transaction of each honest one, and what becomes of these.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <pappus/node.hpp>
#include <pappus/sim/random.hpp>
#include <pappus/sim/world.hpp>

#include "settings.hpp"
#include "topology.hpp"
#include "transactions.hpp"

namespace anonymity {

namespace peer = pappus::peer;
namespace io = pappus::io;

/// What has become of a transaction.
struct story {
  std::size_t maker = 0;
  std::optional<std::size_t> accused;  // who told the first spy
  std::size_t hops = 0;                // on the stem
  std::optional<peer::fluff_reason> why;
  std::size_t has = 0;  // nodes that have it in public
  bool ended = false;
  io::time_point made{};
  io::time_point fluffed{};
  std::optional<io::time_point> at_half;  // of all nodes
  std::optional<io::time_point> at_most;  // 99 of a hundred
};

/// What a town is for.
enum class purpose : std::uint8_t {
  hunt,    // spies swallow what they get; a transaction's story ends at the first of them
  spread,  // there are no spies; a story ends when all have it
};

/// Every node is a `pappus::node` on a simulated machine, and finds everything valid. Which graph it is, who the spies
/// are and all that happens follow from the seed.
class town {
public:
  /// In a spread `makers` transactions are made, each by a node of its own.
  town(const settings& what, purpose why, std::uint64_t seed, std::size_t makers);
  town(const town&) = delete;
  town& operator=(const town&) = delete;
  ~town();

  /// Connects all nodes, lets transactions be made, and follows them to their ends. Throws `std::runtime_error` if the
  /// nodes do not find together. Once only.
  const std::vector<story>& play();

  [[nodiscard]] std::size_t honest() const noexcept { return nodes_.size() - spies_; }

private:
  class resident;

  void place(const graph& dials, const std::vector<std::size_t>& spies);
  void connect(const graph& dials);
  void make_transactions();

  [[nodiscard]] std::size_t number_of(const peer::peer_info& whom) const;
  void note_public(story& of);
  void end(story& which) noexcept;

  settings what_;
  purpose why_;
  pappus::sim::xoshiro256 chance_;
  transactions made_;
  std::vector<story> stories_;  // by number of the transaction
  std::size_t open_ = 0;        // that have not ended
  std::size_t spies_ = 0;
  pappus::sim::world world_;
  std::vector<std::unique_ptr<resident>> nodes_;
};

}  // namespace anonymity
