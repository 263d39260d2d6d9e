// The table of private transactions.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include <doctest/doctest.h>
#include <support/altered.hpp>
#include <support/made_up.hpp>

#include <pappus/peer/dandelion/stem_table.hpp>
#include <pappus/sim/random.hpp>

namespace dandelion_stem_table_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::name_of;
using peer::stem_table;
using peer::stem_ticket;
using support::some_transaction;

namespace {

stem_table table() { return stem_table{peer::keyed_hash{{}}}; }

stem_ticket add(stem_table& to, const wire::transaction_ptr& tx) { return to.add(*tx, name_of(*tx)); }

}  // namespace

TEST_CASE("a transaction is found by its hash, not by its kernels alone, and is the one that was added") {
  stem_table of = table();
  CHECK_FALSE(of.find(name_of(*some_transaction(1))));
  std::map<support::alteration, stem_ticket> put;
  for (const support::alteration each : support::alterations) put[each] = add(of, support::altered(1, each));
  for (const support::alteration each : support::alterations) {
    const auto tx = support::altered(1, each);
    const auto found = of.find(name_of(*tx));
    REQUIRE(found);
    CHECK(*found == put[each]);
    const auto read = of.find(*found)->unpack(wire::chain_parameters_for(wire::chain_type::usernet).limits);
    CHECK(std::ranges::equal(read->raw_bytes(), tx->raw_bytes()));
  }
}

TEST_CASE("a transaction that came in an older form is returned in that form") {
  for (const std::uint32_t version : {1u, 2u, 3u, 1000u}) {
    stem_table of = table();
    const auto tx = some_transaction(1, version);
    const auto found = of.find(name_of(*some_transaction(1)));
    CHECK_FALSE(found);
    const auto read = of.find(add(of, tx))->unpack(wire::chain_parameters_for(wire::chain_type::usernet).limits);
    CHECK(read->form() == tx->form());
    CHECK(std::ranges::equal(read->raw_bytes(), tx->raw_bytes()));
    CHECK(of.find(name_of(*some_transaction(1))));
  }
}

TEST_CASE("a ticket of a removed transaction finds nothing, also when its place is reused") {
  stem_table of = table();
  const stem_ticket first = add(of, some_transaction(1));
  const stem_ticket other = add(of, some_transaction(2));
  of.remove(first);
  CHECK(of.find(first) == nullptr);
  const stem_ticket next = add(of, some_transaction(3));
  CHECK(next.place == first.place);
  CHECK(of.find(first) == nullptr);
  CHECK(of.find(next) != nullptr);
  of.remove(other);
  of.remove(next);
  CHECK(of.size() == 0);
  CHECK(of.find(next) == nullptr);
  CHECK(of.find(stem_ticket{}) == nullptr);
}

TEST_CASE("after any operations the table finds the same as a map") {
  struct model_entry {
    stem_ticket which;
    wire::transaction_ptr tx;
    io::time_point due;
  };
  sim::xoshiro256 rng{1};
  stem_table of = table();
  std::vector<model_entry> model;
  for (int step = 0; step != 5000; ++step) {
    const std::uint64_t what = sim::uniform_below(rng, step < 2500 ? 4 : 8);
    if (what < 2 || model.empty()) {
      const std::uint64_t seed = sim::uniform_below(rng, 300);
      const auto kind = support::alterations[sim::uniform_below(rng, std::size(support::alterations))];
      const auto tx = support::altered(seed, kind);
      if (!of.find(name_of(*tx))) model.push_back({add(of, tx), tx, io::never});
    } else if (what == 2) {
      model_entry& one = model[sim::uniform_below(rng, model.size())];
      one.due = io::time_point{io::duration{static_cast<io::duration::rep>(sim::uniform_below(rng, 1000))}};
      of.arm(one.which, one.due);
    } else {
      const auto one = model.begin() + static_cast<std::ptrdiff_t>(sim::uniform_below(rng, model.size()));
      of.remove(one->which);
      model.erase(one);
    }
    REQUIRE(of.size() == model.size());
    if (model.empty()) continue;
    const auto first = std::ranges::min_element(model, {}, &model_entry::due);
    REQUIRE(of.earliest() == first->due);
    REQUIRE(of.due(of.first()) == first->due);
    const model_entry& any = model[sim::uniform_below(rng, model.size())];
    REQUIRE(of.find(name_of(*any.tx)) == any.which);
    std::vector<stem_ticket> alike;
    for (const model_entry& each : model) {
      if (each.tx->kernel_hash(0) == any.tx->kernel_hash(0)) alike.push_back(each.which);
    }
    auto found = of.with_kernel(any.tx->kernel_hash(0));
    std::ranges::sort(found);
    std::ranges::sort(alike);
    REQUIRE(found == alike);
  }
}

}  // namespace dandelion_stem_table_test
