// Rolling filter of items.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <pappus/integration/filter/filter_parameters.hpp>
#include <pappus/integration/filter/fingerprint_line.hpp>
#include <pappus/mix64.hpp>
#include <pappus/peer/relay/known_filter.hpp>

namespace pappus::integration {

/// Fingerprints in generations, in lines of one cache line. A hash is in the line that it belongs to; the few that find
/// no free slot there are in a list (the spare of Even, Even, Morrison 2022, "Prefix Filter"), and the line has a note
/// of them, so that most look-ups read one cache line. Recently added hashes are always found, others only at the false
/// positive rate; see `filter_parameters`. It grows with its use: it allocates nothing before the first hash is added,
/// and holds few hashes in the list alone. For one thread; adding and looking up are O(1), but when it grows or begins
/// a generation, which takes some microseconds. Since the filters of all peers are given the same hashes, each does so
/// at others: its first generation, and its list, end earlier than they could, by its salt.
class rolling_filter final : public peer::known_filter {
public:
  /// `parameters` outlives it. No two filters with the same `parameters` should have the same salt.
  rolling_filter(const filter_parameters& parameters, std::uint64_t salt) noexcept
      : parameters_(parameters),
        salt_(mix64(salt)),
        current_max_(parameters.per_generation() - salt_ % parameters.per_generation()) {}

  /// Adds or renews a hash; false if it was contained. Allocates the lines once, and as the list grows.
  bool add(peer::fingerprint item) override;

  [[nodiscard]] bool contains(peer::fingerprint item) const noexcept override;

  /// Forgets the oldest generation early and begins a new one. Called at an interval, it limits the filter to the
  /// hashes added in the last `generations` intervals.
  void begin_generation() noexcept;

  /// Hashes in it, count. O(n).
  [[nodiscard]] std::size_t size() const noexcept;
  /// Heap memory in use, bytes.
  [[nodiscard]] std::size_t bytes() const noexcept {
    return (lines_.capacity() + list_.capacity()) * sizeof(fingerprint_line);
  }

private:
  [[nodiscard]] std::size_t list_max() const noexcept;
  std::uint64_t renew(std::uint64_t entry) noexcept;
  void insert(std::uint64_t entry);
  void move_to_lines() noexcept;

  const filter_parameters& parameters_;
  std::uint64_t salt_;
  std::vector<fingerprint_line> lines_;  // none while the list suffices
  std::vector<fingerprint_line> list_;   // of wider slots, which have the number of the line, too
  std::size_t current_max_;              // hashes after which the next generation begins
  std::size_t in_current_ = 0;           // hashes added or renewed in the current generation
  std::uint64_t current_ = 1;            // generation
};

}  // namespace pappus::integration
