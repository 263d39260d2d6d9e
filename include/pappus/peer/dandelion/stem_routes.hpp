// By which outbound peer stems leave: drawn once an epoch, and kept to while it lasts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include <pappus/io/random.hpp>

namespace pappus::peer {

/// A peer that stems can be sent to.
struct stem_relay {
  std::uint64_t peer = 0;
  std::uint32_t netgroup = 0;
};

/// The outbound peers, as they are now.
class stem_relays {
public:
  /// Whether that peer is one of them.
  [[nodiscard]] virtual bool is_there(std::uint64_t peer) const = 0;
  /// All that may be drawn, in an order that is the same in each run.
  [[nodiscard]] virtual std::vector<stem_relay> all() const = 0;
  /// Whether there is no peer at all, not even an inbound one: then nothing can be made public either.
  [[nodiscard]] virtual bool alone() const = 0;

protected:
  ~stem_relays() = default;
};

/// The routes of an epoch: one for each relay there should be. A route is drawn when it is first needed, and once again
/// when its relay has failed; after that it is closed. All that come from one source take one route. No two routes lead
/// into one netgroup, nor to one relay unless there is no other when the second is drawn.
class stem_routes {
public:
  /// Of our own transactions; peers' ids are larger.
  static constexpr std::uint64_t ourselves = 0;

  /// Whether `apart`, netgroups count. What is passed by reference outlives it.
  stem_routes(std::size_t count, bool apart, const stem_relays& outbound, const io::random_source& chance)
      : count_(count), apart_(apart), outbound_(outbound), chance_(chance), routes_(count) {}

  /// Forgets everything.
  void begin_epoch();

  /// The relay for what comes from `source`; nothing if there is none, or only the source itself. O(log sources), and
  /// O(outbound peers) when one is drawn.
  [[nodiscard]] std::optional<std::uint64_t> relay_for(std::uint64_t source);

  /// The relay for that source did not take what it was sent. Not heard of if the route leads elsewhere by now.
  void failed(std::uint64_t source, std::uint64_t relay);

  /// That peer is gone, as a source.
  void forget(std::uint64_t source) { chosen_.erase(source); }

  /// The relays drawn and still there, for diagnostics.
  [[nodiscard]] std::vector<std::uint64_t> relays() const;

private:
  struct route {
    std::optional<stem_relay> relay;
    std::size_t drawn = 0;
    bool failed = false;
  };

  [[nodiscard]] std::size_t route_of(std::uint64_t source);
  [[nodiscard]] bool works(const route& which) const;
  void draw(route& into);
  [[nodiscard]] bool is_apart(const stem_relay& candidate, const route& from) const;

  std::size_t count_;
  bool apart_;
  const stem_relays& outbound_;
  const io::random_source& chance_;
  std::vector<route> routes_;
  std::map<std::uint64_t, std::size_t> chosen_;  // of each source that has had one in this epoch
  std::vector<std::uint64_t> burnt_;             // relays that have failed in this epoch
};

}  // namespace pappus::peer
