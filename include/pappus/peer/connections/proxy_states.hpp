// Which proxies work, for the log.
#pragma once

#include <system_error>
#include <vector>

#include <pappus/io/endpoint.hpp>
#include <pappus/peer/logger.hpp>

namespace pappus::peer {

/// Logs once that a proxy does not work, and once that it does again, whatever is connected to through it.
class proxy_states {
public:
  /// `log` outlives it.
  explicit proxy_states(logger& log) noexcept : log_(log) {}

  /// A connection through the proxy was attempted. `failed`: why the proxy does not work; none if it does.
  void note(const io::endpoint& proxy, std::error_code failed);

private:
  logger& log_;
  std::vector<io::endpoint> down_;  // at most as many as the node has proxies
};

}  // namespace pappus::peer
