// The network thread: a loop with a node on it. Other threads use the node through its handle.
#pragma once

#include <optional>
#include <thread>

#include <pappus/integration/bridge/adapter.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/node_handle.hpp>

namespace threaded_host {

/// Completion handlers of the node handle run through `executor`.
class network_thread {
public:
  /// Throws if the node cannot listen on the loopback address.
  network_thread(pappus::integration::adapter above, pappus::integration::executor executor);
  network_thread(const network_thread&) = delete;
  network_thread& operator=(const network_thread&) = delete;
  ~network_thread() { end(); }

  /// Stops the node and joins the thread. Later calls through the handle fail.
  void end();

  [[nodiscard]] const pappus::node_handle& remote() const noexcept { return *remote_; }
  [[nodiscard]] pappus::io::endpoint listening_at() const noexcept { return listening_at_; }

private:
  std::optional<pappus::node_handle> remote_;
  pappus::io::endpoint listening_at_;
  std::thread thread_;
};

}  // namespace threaded_host
