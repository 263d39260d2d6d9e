#include "survey.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <exception>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <utility>

#include <pappus/sim/random.hpp>

#include "first_spy.hpp"
#include "town.hpp"

namespace anonymity {
namespace {

/// Transactions on each graph without spies. Few, since every node receives each from every neighbor.
constexpr std::size_t spread_makers = 100;

std::uint64_t seed_of(std::uint64_t seed, std::size_t graph) {
  pappus::sim::splitmix64 derived{seed};
  return derived() + graph;
}

double seconds(io::duration length) { return std::chrono::duration<double>{length}.count(); }

/// Calls `work` with each number below `count`, on several threads. Rethrows the first exception at the end.
void in_parallel(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  std::mutex guard;
  std::exception_ptr thrown;
  const auto take_turns = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      try {
        work(i);
      } catch (...) {
        const std::lock_guard held{guard};
        if (!thrown) thrown = std::current_exception();
        next = count;
      }
    }
  };
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < threads; ++i) others.emplace_back(take_turns);
  take_turns();
  for (std::thread& each : others) each.join();
  if (thrown) std::rethrow_exception(thrown);
}

estimate estimate_of(std::span<const double> values) {
  const auto count = static_cast<double>(values.size());
  if (values.empty()) return {};
  double sum = 0;
  for (const double each : values) sum += each;
  const double mean = sum / count;
  double squares = 0;
  for (const double each : values) squares += (each - mean) * (each - mean);
  if (values.size() < 2) return {mean, std::nullopt};
  return {mean, std::sqrt(squares / (count - 1) / count)};
}

/// Result of one graph with spies.
struct hunted {
  accuracy found;
  std::size_t unheard = 0;
};

hunted hunt_on(const settings& what, std::uint64_t seed) {
  town place{what, purpose::hunt, seed, 0};
  std::vector<sighting> seen;
  hunted result;
  for (const story& each : place.play()) {
    if (each.accused) seen.push_back({each.maker, *each.accused});
    else ++result.unheard;
  }
  result.found = judge(seen, what.nodes, place.honest());
  return result;
}

void add(spread_findings& all, const story& one) {
  if (!one.is_public) return;
  all.hops.push_back(static_cast<double>(one.hops));
  all.private_for.push_back(seconds(one.fluffed - one.made));
  if (one.why) ++all.reasons.at(static_cast<std::size_t>(*one.why));
  if (one.at_half) all.to_half.push_back(seconds(*one.at_half - one.fluffed));
  if (one.at_most) all.to_most.push_back(seconds(*one.at_most - one.fluffed));
}

}  // namespace

hunt_findings hunt(const settings& what, std::size_t graphs, std::size_t threads, progress& shown) {
  std::vector<hunted> each(graphs);
  in_parallel(graphs, threads, [&](std::size_t i) {
    each[i] = hunt_on(what, seed_of(what.seed, i));
    shown.advance();
  });
  hunt_findings all;
  std::vector<double> precision;
  std::vector<double> recall;
  for (const hunted& one : each) {
    precision.push_back(one.found.precision);
    recall.push_back(one.found.recall);
    all.unheard += one.unheard;
  }
  all.precision = estimate_of(precision);
  all.recall = estimate_of(recall);
  return all;
}

spread_findings spread(const settings& what, std::size_t graphs, std::size_t threads, progress& shown) {
  std::vector<std::vector<story>> each(graphs);
  in_parallel(graphs, threads, [&](std::size_t i) {
    town place{what, purpose::spread, seed_of(what.seed, i), spread_makers};
    each[i] = place.play();
    shown.advance();
  });
  spread_findings all;
  for (const auto& stories : each) {
    for (const story& one : stories) add(all, one);
  }
  for (auto* const list : {&all.hops, &all.private_for, &all.to_half, &all.to_most}) std::ranges::sort(*list);
  return all;
}

}  // namespace anonymity
