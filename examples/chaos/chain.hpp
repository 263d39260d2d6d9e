// The chain of one host: which headers and blocks of the ledger it has, and which are best.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include <pappus/integration/bridge/chain_import.hpp>
#include <pappus/peer/chain_tip.hpp>

#include "ledger.hpp"

namespace chaos {

namespace integration = pappus::integration;
namespace peer = pappus::peer;

class chain {
public:
  explicit chain(const ledger& all);

  [[nodiscard]] const ledger::block& best() const noexcept { return *best_; }
  [[nodiscard]] peer::chain_tip tip() const noexcept { return {best_->work, best_->height}; }
  [[nodiscard]] peer::chain_tip header_tip() const noexcept { return {best_header_->work, best_header_->height}; }
  [[nodiscard]] bool has_block(const ledger::block& which) const { return blocks_.contains(&which); }
  [[nodiscard]] bool has_header(const ledger::block& which) const { return headers_.contains(&which); }
  /// Whether the block is on the best chain of blocks.
  [[nodiscard]] bool is_on_best(const ledger::block& which) const;
  /// Whether a block of the best chain has the transaction.
  [[nodiscard]] bool confirms(std::size_t transaction) const { return confirmed_.contains(transaction); }

  integration::import_result import_headers(std::span<const wire::header> batch);
  integration::import_result import_block(const wire::block& given);

  [[nodiscard]] std::vector<wire::hash> locator() const;
  [[nodiscard]] std::vector<wire::header> headers_after(std::span<const wire::hash> locator) const;
  [[nodiscard]] integration::missing_blocks missing(const std::optional<wire::hash>& after, std::size_t count) const;

private:
  /// The blocks from the genesis to `tip`.
  [[nodiscard]] static std::vector<const ledger::block*> path_to(const ledger::block& tip);

  const ledger* all_;
  std::set<const ledger::block*> headers_;  // asked only whether it has one: its order does not matter
  std::set<const ledger::block*> blocks_;
  const ledger::block* best_header_;
  const ledger::block* best_;
  std::set<std::size_t> confirmed_;
};

}  // namespace chaos
