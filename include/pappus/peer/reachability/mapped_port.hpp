// Keeps the listening port mapped by the default gateway of this host.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <system_error>
#include <utility>

#include <pappus/coro/task.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/time.hpp>
#include <pappus/ip_address.hpp>
#include <pappus/peer/logger.hpp>
#include <pappus/peer/reachability/status.hpp>

namespace pappus::peer {

/// Of one family of addresses. Follows the default gateway: when there is another, the mapping of the former is
/// withdrawn. Each change and each failure is a line of the log; a failure that repeats itself is one of the level
/// `debug`. For the loop's thread.
class mapped_port {
public:
  enum class family : std::uint8_t { v4, v6 };

  /// `changed` is called, on the loop, whenever `mapping` has changed; it must not throw. All arguments outlive this.
  mapped_port(io::runtime& runtime, logger& log, family of, std::function<void()> changed)
      : runtime_(runtime), log_(log), family_(of), changed_(std::move(changed)) {}
  mapped_port(const mapped_port&) = delete;
  mapped_port& operator=(const mapped_port&) = delete;

  /// Keeps `port` mapped until it is stopped, and withdraws the mapping then, within `withdraw_timeout`. Requires that
  /// the port is not 0.
  [[nodiscard]] task<void> run(std::uint16_t port, io::duration withdraw_timeout);

  /// Nothing while the port is not mapped.
  [[nodiscard]] const std::optional<port_mapping>& mapping() const noexcept { return mapping_; }
  /// Times that a gateway has mapped the port anew, or elsewhere.
  [[nodiscard]] std::uint64_t mappings() const noexcept { return mappings_; }
  /// Times that a gateway has not mapped the port.
  [[nodiscard]] std::uint64_t failures() const noexcept { return failures_; }

private:
  [[nodiscard]] std::optional<ip_address> default_gateway() const;
  [[nodiscard]] task<void> map(io::duration withdraw_timeout);
  [[nodiscard]] task<void> watch();
  void note_absence() noexcept;
  void note_mapping(const std::optional<port_mapping>& now) noexcept;
  void note_failure(std::error_code reason) noexcept;

  io::runtime& runtime_;
  logger& log_;
  family family_;
  std::function<void()> changed_;
  std::optional<port_mapping> mapping_;
  std::uint16_t port_ = 0;
  ip_address gateway_;  // that is asked, or was last
  std::uint64_t mappings_ = 0;
  std::uint64_t failures_ = 0;
  std::optional<std::error_code> last_failure_;  // since the last mapping by this gateway
  bool is_absent_ = false;                       // there was no gateway when last looked for
};

}  // namespace pappus::peer
