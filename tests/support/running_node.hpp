// Nodes on threads of their own, used by tests from other threads.
#pragma once

#include <functional>
#include <future>
#include <optional>
#include <thread>
#include <utility>

#include <pappus/pappus.hpp>

namespace support {

using namespace pappus;

/// For a node on the loopback that connects to no peer by itself.
[[nodiscard]] inline node_config quiet() {
  node_config config;
  config.listen = {pappus::ip_address::v4(0x7f000001), 0};
  config.connection_limits.outbound = 0;
  return config;
}

/// A node on a thread of its own.
class running {
public:
  explicit running(integration::adapter adapter = {}) {
    std::promise<node_handle> ready;
    auto got = ready.get_future();
    thread_ = std::thread{[this, &ready, adapter = std::move(adapter)]() mutable {
      uv::loop loop;
      adapter.listening = [this](io::endpoint where) { listening_.set_value(where); };
      node there{loop, quiet(), std::move(adapter)};
      ready.set_value(there.handle());
      ended_well = loop.run(there.run()).has_value();
    }};
    handle.emplace(got.get());
    endpoint = listening_.get_future().get();
  }
  running(const running&) = delete;
  running& operator=(const running&) = delete;
  ~running() { end(); }

  void end() {
    if (!thread_.joinable()) return;
    handle->stop([](const auto&) {});
    thread_.join();
  }

  std::optional<node_handle> handle;
  io::endpoint endpoint;
  bool ended_well = false;

private:
  std::promise<io::endpoint> listening_;
  std::thread thread_;
};

/// Waits for the result of a call.
template <class T>
result<T> outcome_of(const std::function<void(std::function<void(result<T>)>)>& call) {
  std::promise<result<T>> told;
  call([&told](result<T> outcome) { told.set_value(std::move(outcome)); });
  return told.get_future().get();
}

}  // namespace support
