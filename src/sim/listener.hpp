// A simulated listening socket.
#pragma once

#include <cstddef>

#include <pappus/coro/intrusive_list.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/ring_buffer.hpp>

namespace pappus::sim {

class runtime;

class listener final : public io::listener, public coro::intrusive_list<listener>::hook {
public:
  listener(runtime& process, io::endpoint local) noexcept;

  void close() noexcept override;
  [[nodiscard]] io::endpoint local_endpoint() const noexcept override { return local_; }

  /// Whether it accepts connections to `endpoint`.
  [[nodiscard]] bool serves(io::endpoint endpoint) const noexcept {
    return local_.port == endpoint.port && (covers(endpoint.address) || local_.address == endpoint.address);
  }
  /// Whether it listens on all addresses, `::` being those of both families.
  [[nodiscard]] bool covers(const ip_address& address) const noexcept {
    return local_.address.is_unspecified() && (address.is_v4() || !local_.address.is_v4());
  }
  /// Whether the backlog is full.
  [[nodiscard]] bool full() const noexcept { return waiting_.size() >= backlog; }
  /// Takes a connection. Call as the last act of an event.
  void incoming(io::stream_ptr connection) noexcept;

private:
  static constexpr std::size_t backlog = 1024;

  ~listener() override = default;
  void begin(io::accept_operation& operation) override;
  void abandon(io::accept_operation& /*operation*/) noexcept override { accepting_ = nullptr; }
  void release() noexcept override;

  runtime& process_;
  io::endpoint local_;
  bool open_ = true;
  io::accept_operation* accepting_ = nullptr;
  ring_buffer<io::stream_ptr> waiting_;
};

}  // namespace pappus::sim
