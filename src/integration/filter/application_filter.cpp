#include <algorithm>
#include <cstddef>
#include <span>

#include <pappus/integration/filter/application_filter.hpp>
#include <pappus/integration/filter/limits.hpp>

namespace pappus::integration {
namespace {

/// Interval at which a filter starts a generation, so that only those of the last `application_filter_window` are
/// remembered for certain.
constexpr io::duration generation = limits::application_filter_window / (filter_parameters::generations - 1);

}  // namespace

application_filter::application_filter(io::runtime& runtime, const filter_parameters& parameters)
    : runtime_(runtime),
      parameters_(parameters),
      filters_{rolling_filter{parameters_, 0}, rolling_filter{parameters_, 1}, rolling_filter{parameters_, 2},
               rolling_filter{parameters_, 3}},
      forgets_at_(io::saturating_add(runtime.now(), generation)) {}

/// What has a more complete form of a block has the others, too.
bool application_filter::contains(peer::inventory_type type, const wire::hash& id) {
  forget_old();
  const bool is_transaction = type == peer::inventory_type::transaction;
  const auto first = static_cast<std::size_t>(type);
  const std::span among = std::span{filters_}.subspan(first, is_transaction ? 1 : peer::inventory_types - first);
  const peer::fingerprint print = parameters_.fingerprint_of(id);
  return std::ranges::any_of(among, [print](const rolling_filter& each) { return each.contains(print); });
}

void application_filter::add(peer::inventory_type type, const wire::hash& id) {
  forget_old();
  filters_[static_cast<std::size_t>(type)].add(parameters_.fingerprint_of(id));
}

void application_filter::forget_old() {
  const io::time_point now = runtime_.now();
  for (std::size_t i = 0; i != filter_parameters::generations && forgets_at_ <= now; ++i) {
    for (rolling_filter& each : filters_) each.begin_generation();
    forgets_at_ = io::saturating_add(forgets_at_, generation);
  }
  if (forgets_at_ <= now) forgets_at_ = io::saturating_add(now, generation);
}

}  // namespace pappus::integration
