// Interface of the ways to reach an endpoint: connecting, accepting, datagrams, and looking up names.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <pappus/io/datagram.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/io/operation.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/result.hpp>

namespace pappus::io {

class transport;
class listener;

/// Connects to a remote endpoint. Completes with a stream. Fails with the system's reason or `errc::canceled`.
class [[nodiscard]] connect_operation final : public operation<stream_ptr> {
public:
  connect_operation(transport& by, endpoint to, endpoint from) noexcept
      : operation("connect"), remote(to), local(from), by_(by) {}

  const endpoint remote;
  const endpoint local;  // an unspecified address and port 0 leave the choice to the system

  void* backend = nullptr;  // for the backend's use

private:
  void begin() override;
  void abandon() noexcept override;
  transport& by_;
};

/// Accepts the next connection. Completes with a stream. Fails with the system's reason (for example too many open
/// files: the listener stays usable), `errc::closed` or `errc::canceled`.
class [[nodiscard]] accept_operation final : public operation<stream_ptr> {
public:
  explicit accept_operation(listener& at) noexcept : operation("accept"), at_(at) {}

private:
  void begin() override;
  void abandon() noexcept override;
  listener& at_;
};

/// Looks up the addresses of a host name, in the order in which the resolver prefers them, each once. Completes with at
/// least one address, or fails with the resolver's reason or `errc::canceled`. A stop does not interrupt the lookup,
/// which completes in the background.
class [[nodiscard]] resolve_operation final : public operation<std::vector<ip_address>> {
public:
  resolve_operation(transport& by, std::string name) : operation("resolve"), host(std::move(name)), by_(by) {}

  const std::string host;

  void* backend = nullptr;  // for the backend's use

private:
  void begin() override;
  void abandon() noexcept override;
  transport& by_;
};

/// Closes and releases a listener; the backend frees it when possible.
struct listener_closer {
  /// Called by `listener_ptr`.
  void operator()(listener* ended) const noexcept;
};
using listener_ptr = std::unique_ptr<listener, listener_closer>;

/// Accepts connections. Connections that no `accept` waits for stay in the system's backlog.
class listener {
public:
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  /// One `accept` at a time; a second one fails with `std::errc::device_or_resource_busy`.
  accept_operation accept() noexcept { return accept_operation{*this}; }

  /// Stops listening; a waiting `accept` fails with `errc::closed`. Idempotent.
  virtual void close() noexcept = 0;

  /// The endpoint it listens on, with the port that the system chose if 0 was requested.
  [[nodiscard]] virtual endpoint local_endpoint() const noexcept = 0;

protected:
  listener() = default;
  virtual ~listener() = default;

private:
  friend accept_operation;
  friend listener_closer;
  virtual void begin(accept_operation& operation) = 0;
  virtual void abandon(accept_operation& operation) noexcept = 0;
  virtual void release() noexcept = 0;
};

/// Makes streams and sockets. Must outlive everything made by it. All members are for the loop's thread.
class transport {
public:
  transport(const transport&) = delete;
  transport& operator=(const transport&) = delete;
  virtual ~transport() = default;

  /// Connects to a remote endpoint, from `local`, where an unspecified address and port 0 leave the choice to the
  /// system. Completes with a stream. Fails with the system's reason or `errc::canceled`.
  [[nodiscard]] connect_operation connect(endpoint remote, endpoint local = {}) noexcept {
    return {*this, remote, local};
  }
  /// Looks up the addresses of a host name. Completes with at least one, or fails with the resolver's reason or
  /// `errc::canceled`.
  [[nodiscard]] resolve_operation resolve(std::string host) { return {*this, std::move(host)}; }

  /// Starts listening at once: at `::`, which is unspecified, for both families where the system has IPv6. Fails with
  /// the system's reason, for example `std::errc::address_in_use`.
  [[nodiscard]] virtual result<listener_ptr> listen(endpoint local) = 0;

  /// Opens a socket for datagrams of the family of `local`, where an unspecified address and port 0 leave the choice to
  /// the system. With `remote` it is connected: it sends to that endpoint alone, and datagrams of others are not
  /// delivered; an unspecified `local` then has the remote's family. Fails with the system's reason, for example
  /// `std::errc::address_in_use`.
  [[nodiscard]] virtual result<datagram_socket_ptr> open_datagram_socket(endpoint local,
                                                                         std::optional<endpoint> remote) = 0;

protected:
  transport() = default;

private:
  friend connect_operation;
  friend resolve_operation;
  virtual void begin(connect_operation& operation) = 0;
  virtual void abandon(connect_operation& operation) noexcept = 0;
  virtual void begin(resolve_operation& operation) = 0;
  virtual void abandon(resolve_operation& operation) noexcept = 0;
};

}  // namespace pappus::io
