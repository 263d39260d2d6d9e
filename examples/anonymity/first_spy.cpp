#include "first_spy.hpp"

#include <cmath>
#include <vector>

namespace anonymity {

accuracy judge(std::span<const sighting> all, std::size_t nodes, std::size_t honest) {
  std::vector<std::size_t> put_down_to(nodes);
  for (const sighting& each : all) ++put_down_to[each.accused];
  accuracy sum;
  for (const sighting& each : all) {
    if (each.accused != each.maker) continue;
    sum.recall += 1;
    sum.precision += 1 / static_cast<double>(put_down_to[each.maker]);
  }
  const auto makers = static_cast<double>(honest);
  return {sum.precision / makers, sum.recall / makers};
}

/// A maker is found if the next node is a spy: with probability p, the share of spies. Then one transaction of each of
/// the honest nodes in stem mode directly before it is attributed to it as well; the chain of these nodes continues
/// with probability 1 - r = (1 - p)(1 - q) each time. The mean of 1/N over the geometrically distributed number N of
/// transactions gives the logarithm.
std::optional<accuracy> closed_form(const settings& what) {
  const double fluffs = 1 - what.stem_probability;
  const bool hears_no_fluff = what.heard == hearing::stems || fluffs == 0;
  const bool has_stem = what.scheme == scheme::grin || what.scheme == scheme::dandelion_plus_plus;
  if (what.topology != topology::line || !has_stem || !hears_no_fluff) return std::nullopt;
  const double spies = what.spies;
  const double ends = 1 - (1 - spies) * (1 - fluffs);
  return accuracy{spies * ends / (1 - ends) * std::log(1 / ends), spies};
}

}  // namespace anonymity
