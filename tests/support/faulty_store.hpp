// A durable store that fails as a test demands.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include <pappus/peer/store/durable_store.hpp>

namespace support {

using namespace pappus;

/// The faults of a store, while they are set.
struct store_faults {
  std::optional<peer::store_errc> opening;
  std::optional<peer::store_errc> before_write;  // nothing of the batch is stored
  std::optional<peer::store_errc> after_write;   // all of the batch is stored
  std::optional<peer::store_errc> check;
  bool throws = false;  // instead of returning an error

  std::vector<peer::store_batch> written;  // all batches, with or without success
  std::size_t checks = 0;

  [[nodiscard]] result<void, peer::store_failure> outcome(std::optional<peer::store_errc> fault) const {
    if (!fault) return {};
    if (throws) throw std::runtime_error{"thrown by the store"};
    return failure{peer::store_failure{make_error_code(*fault), "as the test says"}};
  }
};

/// Passes all calls to another store.
class faulty_store final : public peer::durable_store {
public:
  faulty_store(std::unique_ptr<durable_store> store, std::shared_ptr<store_faults> faults) noexcept
      : store_(std::move(store)), faults_(std::move(faults)) {}

  [[nodiscard]] static peer::store_source source(const peer::store_source& store,
                                                 const std::shared_ptr<store_faults>& faults) {
    peer::store_source made = store;
    made.open = [open = store.open, faults](const auto& fresh) -> result<peer::opened_store> {
      if (faults->opening && faults->throws) throw std::runtime_error{"thrown by the store"};
      if (faults->opening) return failure{make_error_code(*faults->opening)};
      auto opened = open(fresh);
      if (opened) opened->store = std::make_unique<faulty_store>(std::move(opened->store), faults);
      return opened;
    };
    return made;
  }

  [[nodiscard]] result<void, peer::store_failure> write(const peer::store_batch& batch) override {
    faults_->written.push_back(batch);
    auto refused = faults_->outcome(faults_->before_write);
    if (!refused) return refused;
    auto written = store_->write(batch);
    return written ? faults_->outcome(faults_->after_write) : std::move(written);
  }

  [[nodiscard]] result<void, peer::store_failure> check() override {
    ++faults_->checks;
    auto failed = faults_->outcome(faults_->check);
    return failed ? store_->check() : std::move(failed);
  }

private:
  std::unique_ptr<durable_store> store_;
  std::shared_ptr<store_faults> faults_;
};

}  // namespace support
