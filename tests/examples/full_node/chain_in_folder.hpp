// A chain of the automated testing network that is removed with its folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/wire/block.hpp>
#include <pappus/wire/chain_parameters.hpp>
#include <pappus/wire/header.hpp>

#include "full_node/grin_chain.hpp"
#include "support/temporary_folder.hpp"

namespace support {

class chain_in_folder {
public:
  static constexpr auto type = pappus::wire::chain_type::automated_testing;

  explicit chain_in_folder(full_node::genesis first = full_node::genesis::of_network) : first_(first) { open(); }

  full_node::grin_chain* operator->() { return &*open_; }

  void reopen() {
    open_.reset();
    open();
  }

  std::vector<pappus::wire::block_ptr> mine(std::size_t count, std::uint32_t salt = 0) {
    std::vector<pappus::wire::block_ptr> blocks;
    for (std::size_t i = 0; i < count; ++i) blocks.push_back(open_->mine(salt).value());
    return blocks;
  }

  void import(std::span<const pappus::wire::block_ptr> blocks) {
    for (const auto& each : blocks) REQUIRE(verdict_of(open_->import_block(*each)) == full_node::verdict::accepted);
  }

  [[nodiscard]] std::string file(const std::string& name) const { return folder_.file(name); }

private:
  void open() { open_.emplace(full_node::grin_chain::open(file("node"), type, first_).value()); }

  temporary_folder folder_;
  full_node::genesis first_;
  std::optional<full_node::grin_chain> open_;
};

[[nodiscard]] inline std::vector<pappus::wire::header> headers_of(std::span<const pappus::wire::block_ptr> blocks) {
  std::vector<pappus::wire::header> headers;
  for (const auto& each : blocks) headers.push_back(each->header());
  return headers;
}

}  // namespace support
