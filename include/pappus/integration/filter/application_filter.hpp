// Rolling filters of the items that the application has, so that it is not notified of them again.
#pragma once

#include <array>

#include <pappus/integration/filter/filter_parameters.hpp>
#include <pappus/integration/filter/rolling_filter.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/adapter/application_inventory.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::integration {

/// Forgets each item, if it is not added again, between `limits::application_filter_window` and a 30th more after
/// it was added, earlier only under more traffic than the parameters allow for. One filter for each type of item.
class application_filter final : public peer::application_inventory {
public:
  /// `runtime` outlives it.
  application_filter(io::runtime& runtime, const filter_parameters& parameters);

  using peer::application_inventory::add;
  using peer::application_inventory::contains;

  [[nodiscard]] bool contains(peer::inventory_type type, const wire::hash& id) override;
  void add(peer::inventory_type type, const wire::hash& id) override;

private:
  void forget_old();

  io::runtime& runtime_;
  filter_parameters parameters_;
  std::array<rolling_filter, peer::inventory_types> filters_;
  io::time_point forgets_at_;
};

}  // namespace pappus::integration
