// Stores transactions, and drops the oldest.
#include "memory_pool.hpp"

#include <utility>

namespace mini_node {

bool memory_pool::add(pappus::wire::transaction_ptr tx) {
  bool has_new_kernel = false;
  for (const pappus::wire::hash& kernel : tx->kernel_hashes()) has_new_kernel |= !by_kernel_.contains(kernel);
  if (!has_new_kernel) return false;
  for (const pappus::wire::hash& kernel : tx->kernel_hashes()) by_kernel_.insert_or_assign(kernel, tx);
  bytes_ += tx->raw_bytes().size();
  by_age_.push_back(std::move(tx));
  while (by_age_.size() > most_.transactions || bytes_ > most_.bytes) drop_oldest();
  return true;
}

pappus::wire::transaction_ptr memory_pool::find(const pappus::wire::hash& kernel) const {
  const auto found = by_kernel_.find(kernel);
  return found == by_kernel_.end() ? nullptr : found->second;
}

void memory_pool::drop_oldest() {
  const pappus::wire::transaction_ptr oldest = std::move(by_age_.front());
  by_age_.pop_front();
  bytes_ -= oldest->raw_bytes().size();
  ++dropped_;
  for (const pappus::wire::hash& kernel : oldest->kernel_hashes()) {
    const auto found = by_kernel_.find(kernel);
    if (found != by_kernel_.end() && found->second == oldest) by_kernel_.erase(found);
  }
}

}  // namespace mini_node
