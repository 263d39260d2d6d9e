// A chain of headers by numbers alone, or a fork of another, for the model of synchronization.
#pragma once

#include <cstddef>
#include <cstdint>

#include <pappus/peer/chain_tip.hpp>
#include <pappus/wire/hash.hpp>

namespace sync_model {

using namespace pappus;

/// A chain of headers from height 1 on, the first `fork` of them those of another chain. The block at height 0 is the
/// genesis of all.
class chain {
public:
  chain(std::uint8_t number, std::uint64_t length, std::uint64_t work_of_each, const chain* parent = nullptr,
        std::uint64_t fork = 0)
      : number_(number), length_(length), work_(work_of_each), parent_(parent), fork_(fork) {}

  [[nodiscard]] std::uint64_t length() const noexcept { return length_; }
  void grow(std::uint64_t length) noexcept { length_ = length; }

  [[nodiscard]] wire::hash at(std::uint64_t height) const {
    if (height <= fork_ && parent_ != nullptr) return parent_->at(height);
    wire::hash made;
    made.raw[0] = std::byte{height == 0 ? std::uint8_t{0} : number_};
    for (std::size_t i = 0; i != 8; ++i) made.raw[8 + i] = static_cast<std::byte>(height >> 8 * i);
    return made;
  }
  [[nodiscard]] std::uint64_t work_at(std::uint64_t height) const {
    if (parent_ == nullptr) return height * work_;
    if (height <= fork_) return parent_->work_at(height);
    return parent_->work_at(fork_) + (height - fork_) * work_;
  }
  [[nodiscard]] bool has(const wire::hash& which) const { return at(height_of(which)) == which; }
  [[nodiscard]] peer::chain_tip tip() const { return {work_at(length_), length_}; }

  [[nodiscard]] static std::uint64_t height_of(const wire::hash& which) {
    std::uint64_t height = 0;
    for (std::size_t i = 0; i != 8; ++i) height |= std::to_integer<std::uint64_t>(which.raw[8 + i]) << 8 * i;
    return height;
  }

private:
  std::uint8_t number_;
  std::uint64_t length_;
  std::uint64_t work_;
  const chain* parent_;
  std::uint64_t fork_;
};

}  // namespace sync_model
