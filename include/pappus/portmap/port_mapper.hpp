// Keeps a port of this host reachable through its gateway, by PCP (RFC 6887) or NAT-PMP (RFC 6886).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <system_error>

#include <pappus/coro/task.hpp>
#include <pappus/io/backoff.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/time.hpp>
#include <pappus/portmap/epoch.hpp>
#include <pappus/portmap/pcp.hpp>
#include <pappus/portmap/transport_protocol.hpp>
#include <pappus/result.hpp>

namespace pappus::portmap {

/// Which port is mapped, and by whom.
struct port_mapper_options {
  port_mapper_options(io::endpoint at, std::uint16_t port) noexcept : gateway(at), internal_port(port) {}

  io::endpoint gateway;                       // where it receives requests; the port is commonly `pcp::server_port`
  std::uint16_t internal_port;                // on which this host listens; not 0
  std::uint16_t suggested_external_port = 0;  // which the gateway need not follow; 0: `internal_port`
  transport_protocol protocol = transport_protocol::tcp;  // of the port
  std::chrono::seconds lifetime{7200};  // requested for the mapping; 2 minutes to 24 hours. RFC 6886, section 3.3
  io::duration check_interval = std::chrono::minutes{5};    // between questions whether the gateway was restarted
  io::duration withdraw_timeout = std::chrono::seconds{4};  // for the deletion of the mapping after a stop
};

/// The handlers of a `port_mapper`, all called on the loop, none after a stop. Each may be empty; they must not throw.
struct port_mapper_handlers {
  /// Receives the external endpoint when there is one, whenever it has changed, and nullopt when the mapping is lost.
  std::function<void(std::optional<io::endpoint>)> changed;
  /// Receives the reason whenever the gateway has not mapped the port or not renewed the mapping: a `mapping_errc`, or
  /// that of the system. It is asked again later.
  std::function<void(std::error_code)> failed;
};

/// Maps one port. Asks by PCP, and by NAT-PMP if the gateway does not speak PCP or does not answer. Requests are
/// repeated as the RFCs prescribe. A mapping is renewed after half of its lifetime, and made again at once if the
/// gateway says that it was restarted. Believes packets only that come from the gateway's endpoint and answer the
/// request under way; all others change nothing. The external address is what the gateway says: it need not be
/// routable. For the loop's thread.
class port_mapper {
public:
  /// `runtime` outlives this. Throws `std::invalid_argument` if an option is out of range.
  port_mapper(io::runtime& runtime, const port_mapper_options& options, port_mapper_handlers handlers);
  port_mapper(const port_mapper&) = delete;
  port_mapper& operator=(const port_mapper&) = delete;

  /// Runs until it is stopped. Then deletes the mapping, for `withdraw_timeout` at most, and completes. To be called
  /// once.
  [[nodiscard]] task<void> run();

  /// Where the port is reached from outside; nullopt while it is not mapped.
  [[nodiscard]] std::optional<io::endpoint> external_endpoint() const noexcept { return external_; }
  /// By which protocol the gateway has mapped the port last; nullopt if by none yet.
  [[nodiscard]] std::optional<mapping_protocol> protocol() const noexcept { return spoken_; }

private:
  struct grant {
    io::endpoint external;
    std::chrono::seconds lifetime{};
  };

  [[nodiscard]] task<void> keep_mapped();
  [[nodiscard]] task<result<grant>> request();
  [[nodiscard]] task<result<grant>> map(mapping_protocol spoken, std::chrono::seconds lifetime);
  [[nodiscard]] task<result<grant>> map_by_pcp(std::chrono::seconds lifetime);
  [[nodiscard]] task<result<grant>> map_by_nat_pmp(std::chrono::seconds lifetime);
  [[nodiscard]] task<result<void>> wait_for_renewal(io::time_point when);
  [[nodiscard]] task<result<void>> wait_after_failure();
  [[nodiscard]] task<bool> is_lost();
  [[nodiscard]] task<bool> is_lost_by_pcp();
  [[nodiscard]] task<bool> is_lost_by_nat_pmp();
  [[nodiscard]] task<void> withdraw();

  [[nodiscard]] pcp::map_request pcp_request(const io::endpoint& local, std::chrono::seconds lifetime) const noexcept;
  [[nodiscard]] bool note_epoch(mapping_protocol spoken, std::uint32_t epoch) noexcept;
  void set_external(std::optional<io::endpoint> external);

  io::runtime& runtime_;
  port_mapper_options options_;
  port_mapper_handlers handlers_;
  pcp::mapping_nonce nonce_{};
  std::optional<mapping_protocol> asked_;   // by which a mapping was last requested
  std::optional<mapping_protocol> spoken_;  // by which one was last granted
  epoch_clock epoch_{mapping_protocol::pcp};
  std::optional<mapping_protocol> epoch_of_;  // the protocol of `epoch_`, once a response has come
  std::optional<io::endpoint> external_;
  io::time_point expires_{};    // the mapping, while there is one
  io::duration retry_after_{};  // that the gateway has demanded with its last error
  io::backoff delays_;
};

}  // namespace pappus::portmap
