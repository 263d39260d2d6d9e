#include <optional>
#include <utility>

#include <pappus/peer/adapter/public_lookups.hpp>
#include <pappus/peer/kernels.hpp>

namespace pappus::peer {

void public_lookups::start(const wire::transaction_ptr& tx, answer done) {
  const std::uint64_t number = ++last_;
  pending_.emplace(number, lookup{tx, inventory_.contains(*tx)});
  const auto looked_up = [this, tx, number, done = std::move(done)](const std::optional<wire::transaction_ptr>& found) {
    if (closed_) return;
    const lookup noted = pending_.extract(number).mapped();
    const bool is_new_there = !noted.was_known && inventory_.contains(*tx);
    done(noted.is_public || is_new_there || (found && *found != nullptr));
  };
  try {
    pool_.get_transaction(tx->kernel_hash(0), nullptr, looked_up);
  } catch (...) {
    pending_.erase(number);
    throw;
  }
}

/// A transaction of which only some kernels are public is not.
void public_lookups::note_public(std::span<const wire::hash> kernels) {
  for (auto& [number, of] : pending_) of.is_public |= contains_all(kernels, *of.tx);
}

void public_lookups::close() noexcept {
  closed_ = true;
  pending_.clear();
}

}  // namespace pappus::peer
