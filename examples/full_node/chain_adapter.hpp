// The library's adapter on `chain_service`: which function answers, and on which thread.
#pragma once

#include <functional>
#include <utility>

#include <pappus/integration/bridge/adapter.hpp>
#include <pappus/integration/bridge/bind_executor.hpp>
#include <pappus/integration/threads/executor.hpp>
#include <pappus/uv/loop.hpp>

#include "full_node/chain_service.hpp"
#include "mini_node/records.hpp"

namespace full_node {

/// What the adapter needs. `chain` and `loop` outlive it.
struct adapter_parts {
  chain_service& chain;
  pappus::integration::executor on_chain;  // runs functions on the chain's thread
  pappus::uv::loop& loop;
  std::function<void(mini_node::record)> tell;  // an event; called on the chain's thread

  template <class Function>
  [[nodiscard]] auto bind(Function function) const {
    return pappus::integration::bind_executor(on_chain, std::move(function));
  }
};

/// Functions of the chain and the pool. Those of the chain's data are called on its thread, one after the other.
[[nodiscard]] pappus::integration::adapter make_adapter(const adapter_parts& parts);

}  // namespace full_node
