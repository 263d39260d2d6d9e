// The application's pool: transactions that wait for a block. All functions are called on the pool's thread.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include <pappus/integration/bridge/adapter.hpp>
#include <pappus/wire/block.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/transaction.hpp>

namespace threaded_host {

class pool {
public:
  /// `arrived` is called for each new transaction.
  explicit pool(std::function<void()> arrived) : arrived_(std::move(arrived)) {}

  /// A real application would verify range proofs, signatures and sums here, however long it takes.
  [[nodiscard]] pappus::peer::validation_result judge(const pappus::wire::transaction_ptr& tx, pappus::peer::phase at) {
    if (find(tx->kernel_hash(0)) != nullptr) return pappus::peer::validation_result::ignore;
    if (at == pappus::peer::phase::fluff) keep(tx);  // stem transactions stay private
    return pappus::peer::validation_result::accept;
  }

  void keep(const pappus::wire::transaction_ptr& tx) {
    if (by_kernel_.emplace(tx->kernel_hash(0), tx).second) arrived_();
  }

  [[nodiscard]] pappus::wire::transaction_ptr find(const pappus::wire::hash& kernel) const {
    const auto found = by_kernel_.find(kernel);
    return found == by_kernel_.end() ? nullptr : found->second;
  }

  /// Removes and returns at most `count` transactions, for a new block.
  [[nodiscard]] std::vector<pappus::wire::transaction_ptr> take(std::size_t count) {
    std::vector<pappus::wire::transaction_ptr> taken;
    while (taken.size() != count && !by_kernel_.empty()) {
      taken.push_back(by_kernel_.extract(by_kernel_.begin()).mapped());
    }
    return taken;
  }

  void forget_those_in(const pappus::wire::block& mined) {
    for (const pappus::wire::hash& kernel : mined.kernel_hashes()) by_kernel_.erase(kernel);
  }

  [[nodiscard]] std::size_t size() const noexcept { return by_kernel_.size(); }

private:
  std::function<void()> arrived_;
  std::map<pappus::wire::hash, pappus::wire::transaction_ptr> by_kernel_;
};

}  // namespace threaded_host
