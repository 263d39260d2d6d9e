// Rolling filters of the items that a node's peers have.
#pragma once

#include <cstdint>
#include <memory>

#include <pappus/integration/filter/filter_parameters.hpp>
#include <pappus/integration/filter/rolling_filter.hpp>
#include <pappus/peer/relay/known_filter.hpp>

namespace pappus::integration {

/// Each filter is salted by the id of its peer.
class rolling_filters final : public peer::known_filters {
public:
  explicit rolling_filters(const filter_parameters& parameters) noexcept : parameters_(parameters) {}

  [[nodiscard]] peer::fingerprint fingerprint_of(const wire::hash& item,
                                                 peer::known_part part) const noexcept override {
    return parameters_.fingerprint_of(item, part);
  }
  [[nodiscard]] std::unique_ptr<peer::known_filter> make(std::uint64_t peer) const override {
    return std::make_unique<rolling_filter>(parameters_, peer);
  }

private:
  filter_parameters parameters_;
};

}  // namespace pappus::integration
