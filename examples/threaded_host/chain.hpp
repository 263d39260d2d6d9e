// The application's chain of blocks. All functions are called on the chain's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include <pappus/integration/bridge/adapter.hpp>
#include <pappus/wire/block.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/header.hpp>

namespace threaded_host {

class chain {
public:
  /// Calls to the rest of the program; made on the chain's thread, and must return at once.
  struct outside {
    std::function<void(std::uint64_t peer, const pappus::wire::hash& block)> ask_for;
    std::function<void(const pappus::wire::block_ptr& grown_by)> tell_of;
  };

  chain(const pappus::wire::hash& genesis, outside to) : tip_(genesis), to_(std::move(to)) { heights_[genesis] = 0; }

  /// Requests the block of a new header from the peer that sent it. A real application would first verify the proof of
  /// work, and reject invalid headers.
  [[nodiscard]] pappus::peer::validation_result judge(const pappus::wire::header& said, std::uint64_t from) {
    if (heights_.contains(said.hash()) || !asked_for_.insert(said.hash()).second)
      return pappus::peer::validation_result::ignore;
    to_.ask_for(from, said.hash());
    return pappus::peer::validation_result::accept;
  }

  /// Adds an own block or a requested one. A block that arrives before its predecessor waits for it.
  void add(const pappus::wire::block_ptr& given) {
    waiting_.insert_or_assign(given->header().prev_hash(), given);
    while (const auto next = waiting_.extract(tip_)) grow(next.mapped());
  }

  [[nodiscard]] pappus::wire::block_ptr find(const pappus::wire::hash& id) const {
    const auto found = heights_.find(id);
    return found == heights_.end() || found->second == 0 ? nullptr : blocks_[found->second - 1];
  }

  [[nodiscard]] std::vector<pappus::wire::header> after(std::span<const pappus::wire::hash> locator) const {
    std::vector<pappus::wire::header> found;
    for (const pappus::wire::hash& known : locator) {
      const auto at = heights_.find(known);
      if (at == heights_.end()) continue;
      const std::size_t most = pappus::wire::limits::max_headers;
      for (std::size_t next = at->second; next < blocks_.size() && found.size() != most; ++next) {
        found.push_back(blocks_[next]->header());
      }
      break;
    }
    return found;
  }

  [[nodiscard]] const pappus::wire::hash& tip() const noexcept { return tip_; }
  [[nodiscard]] std::uint64_t height() const noexcept { return height_; }

private:
  void grow(const pappus::wire::block_ptr& by) {
    tip_ = by->header().hash();
    heights_[tip_] = ++height_;
    blocks_.push_back(by);
    to_.tell_of(by);
  }

  pappus::wire::hash tip_;
  outside to_;
  std::uint64_t height_ = 0;
  std::map<pappus::wire::hash, std::size_t> heights_;
  std::vector<pappus::wire::block_ptr> blocks_;                    // by height, starting at 1
  std::set<pappus::wire::hash> asked_for_;                         // by hash
  std::map<pappus::wire::hash, pappus::wire::block_ptr> waiting_;  // by the hash of the predecessor
};

}  // namespace threaded_host
