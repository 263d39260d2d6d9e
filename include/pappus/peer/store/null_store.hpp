// Store that keeps nothing: for nodes without a file.
#pragma once

#include <pappus/peer/store/durable_store.hpp>
#include <pappus/result.hpp>

namespace pappus::peer {

/// Takes every batch and forgets it. Never fails.
class null_store final : public durable_store {
public:
  /// An empty store, for a node to open.
  [[nodiscard]] static store_source source();

  [[nodiscard]] result<void, store_failure> write(const store_batch& /*batch*/) override { return {}; }
  [[nodiscard]] result<void, store_failure> check() override { return {}; }
};

}  // namespace pappus::peer
