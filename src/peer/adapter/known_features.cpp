#include <utility>
#include <vector>

#include <pappus/peer/adapter/known_features.hpp>
#include <pappus/wire/body.hpp>
#include <pappus/wire/input_features.hpp>

namespace pappus::peer {

wire::transaction_ptr with_known_features(const wire::transaction_ptr& tx, wire::protocol_version version,
                                          pool_adapter& pool, const wire::chain_limits& limits) {
  if (!version.has_input_features() || tx->form() != wire::body_form::commitments) return tx;
  std::vector<wire::output_features> known;
  for (const wire::input& one : tx->inputs()) {
    const auto spent = pool.get_output_features(one.commitment);
    if (!spent) return tx;
    known.push_back(*spent);
  }
  auto made = wire::with_input_features(*tx, known, limits);
  return made ? *std::move(made) : tx;
}

}  // namespace pappus::peer
