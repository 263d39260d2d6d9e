#include "fabric.hpp"

#include <algorithm>
#include <utility>

namespace pappus::sim {

fabric::fabric(const world_options& options)
    : options_(options),
      nowhere_(nullptr, nullptr, options.default_link, options.default_link),
      receive_block_(std::make_unique<std::byte[]>(receive_block_size)) {
  nowhere_.set_blocked(true);
}

route& fabric::between(machine& one, machine& other) {
  machine* low = &one;
  machine* high = &other;
  if (high->index() < low->index()) std::swap(low, high);
  route*& found = by_hosts_[std::uint64_t{low->index()} << 32 | high->index()];
  if (found == nullptr) {
    const link& properties = low == high ? options_.loopback : options_.default_link;
    routes_.push_back(std::make_unique<route>(low, high, properties, properties));
    found = routes_.back().get();
    found->set_blocked(low->island() != high->island());
  }
  return *found;
}

void fabric::overwrite_views() noexcept {
  std::fill_n(receive_block_.get(), viewed_, std::byte{0xdd});
  viewed_ = 0;
}

}  // namespace pappus::sim
