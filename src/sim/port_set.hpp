// A set of ports that takes memory only where ports are in it.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace pappus::sim {

/// All functions are O(1).
class port_set {
public:
  [[nodiscard]] bool contains(std::uint16_t port) const noexcept {
    const auto& page = pages_[port / page_size];
    return page != nullptr && page->test(port % page_size);
  }
  void insert(std::uint16_t port) {
    auto& page = pages_[port / page_size];
    if (page == nullptr) page = std::make_unique<std::bitset<page_size>>();
    page->set(port % page_size);
  }
  void erase(std::uint16_t port) noexcept {
    if (auto& page = pages_[port / page_size]; page != nullptr) page->reset(port % page_size);
  }

private:
  static constexpr std::size_t page_size = 2048;

  std::array<std::unique_ptr<std::bitset<page_size>>, 65536 / page_size> pages_;
};

}  // namespace pappus::sim
