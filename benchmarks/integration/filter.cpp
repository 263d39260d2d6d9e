// Benchmark of the rolling filter of what a peer has, insertion and lookup, compared with std::unordered_set.
#include <cstdint>
#include <memory>
#include <unordered_set>
#include <vector>

#include <benchmark/benchmark.h>

#include <pappus/integration/filter/rolling_filter.hpp>
#include <pappus/peer/keyed_hash.hpp>
#include <pappus/sim/random.hpp>

namespace {

using namespace pappus;
using integration::filter_parameters;
using integration::rolling_filter;

constexpr std::size_t hashes = 1 << 16;

std::vector<wire::hash> some_hashes(std::uint64_t seed) {
  sim::xoshiro256 chance{seed};
  std::vector<wire::hash> made(hashes);
  for (wire::hash& each : made) {
    for (std::byte& byte : each.raw) byte = static_cast<std::byte>(chance());
  }
  return made;
}

const std::vector<wire::hash> ours = some_hashes(1);
const std::vector<wire::hash> strange = some_hashes(2);
const filter_parameters plan{integration::filter_options{}, {}};

rolling_filter full_filter() {
  rolling_filter filter{plan, 1};
  for (const wire::hash& each : ours) filter.add(plan.fingerprint_of(each));
  return filter;
}

/// A keyed hash: like the filter, it resists peers that choose the hashes.
struct keyed {
  peer::keyed_hash hash{{}};
  std::size_t operator()(const wire::hash& of) const { return static_cast<std::size_t>(hash(0, of)); }
};

/// The last 1,200 hashes, the minimum that a filter remembers.
class recent_set {
public:
  void add(const wire::hash& one) {
    set_.insert(one);
    ring_[next_ % remembered] = one;
    if (++next_ > remembered) set_.erase(ring_[next_ % remembered]);
  }
  [[nodiscard]] bool contains(const wire::hash& one) const { return set_.contains(one); }

private:
  static constexpr std::size_t remembered = 1'200;
  std::vector<wire::hash> ring_ = std::vector<wire::hash>(remembered);
  std::size_t next_ = 0;
  std::unordered_set<wire::hash, keyed> set_;
};

void filter_insert(benchmark::State& state) {
  rolling_filter filter{plan, 1};
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(filter.add(plan.fingerprint_of(ours[i++ % hashes])));
}

void filter_lookup(benchmark::State& state) {
  const rolling_filter filter = full_filter();
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(filter.contains(plan.fingerprint_of(strange[i++ % hashes])));
}

/// Filters of many peers, each with that many hashes.
std::vector<std::unique_ptr<rolling_filter>> filters_of_peers(std::size_t count) {
  std::vector<std::unique_ptr<rolling_filter>> peers;
  for (std::uint64_t n = 0; n != 10'000; ++n) {
    peers.push_back(std::make_unique<rolling_filter>(plan, n));
    for (std::size_t i = 0; i != count; ++i) peers.back()->add(plan.fingerprint_of(ours[i]));
  }
  return peers;
}

/// The lookups of a broadcast: one fingerprint, and one lookup in the filter of each of many peers.
void filter_lookup_of_many_peers(benchmark::State& state) {
  const auto peers = filters_of_peers(static_cast<std::size_t>(state.range(0)));
  std::size_t next = 0;
  for (auto _ : state) {
    const peer::fingerprint print = plan.fingerprint_of(strange[next++ % hashes]);
    for (const auto& each : peers) benchmark::DoNotOptimize(each->contains(print));
  }
  state.SetItemsProcessed(state.iterations() * 10'000);
}

void filter_insert_of_many_peers(benchmark::State& state) {
  const auto peers = filters_of_peers(static_cast<std::size_t>(state.range(0)));
  std::size_t next = 0;
  for (auto _ : state) {
    const peer::fingerprint print = plan.fingerprint_of(strange[next++ % hashes]);
    for (const auto& each : peers) benchmark::DoNotOptimize(each->add(print));
  }
  state.SetItemsProcessed(state.iterations() * 10'000);
}

void set_insert(benchmark::State& state) {
  recent_set set;
  std::size_t i = 0;
  for (auto _ : state) set.add(ours[i++ % hashes]);
}

void set_lookup(benchmark::State& state) {
  recent_set set;
  for (const wire::hash& each : ours) set.add(each);
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(set.contains(strange[i++ % hashes]));
}

BENCHMARK(filter_insert);
BENCHMARK(filter_lookup);
BENCHMARK(filter_lookup_of_many_peers)->Arg(100)->Arg(1'300);  // few hashes, and full filters
BENCHMARK(filter_insert_of_many_peers)->Arg(1'300);
BENCHMARK(set_insert);
BENCHMARK(set_lookup);

}  // namespace
