// The production runtime: libuv's sockets, resolver, clocks, randomness and worker pool behind `io::runtime`.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include <pappus/io/runtime.hpp>

namespace pappus::uv {

class loop;

/// TCP and UDP over IPv4 and IPv6. Member of its loop. Connections use TCP_NODELAY, because the library gathers writes
/// itself.
class runtime final : public io::runtime {
public:
  explicit runtime(loop& on) noexcept : on_(on) {}

  [[nodiscard]] result<io::listener_ptr> listen(io::endpoint local) override;
  [[nodiscard]] result<io::datagram_socket_ptr> open_datagram_socket(io::endpoint local,
                                                                     std::optional<io::endpoint> remote) override;
  [[nodiscard]] io::time_point now() const noexcept override;
  [[nodiscard]] io::wall_time wall_clock() const noexcept override;
  void fill_random(io::buffer bytes) noexcept override;
  [[nodiscard]] std::size_t descriptor_limit() const noexcept override;
  void reserve_descriptors(std::size_t count) noexcept override;
  [[nodiscard]] std::vector<ip_address> default_gateways() const override;
  [[nodiscard]] io::turn_statistics turns() const noexcept override;
  [[nodiscard]] io::timer_queue& timers() noexcept override;
  [[nodiscard]] coro::ready_queue& ready() noexcept override;
  void submit(std::unique_ptr<io::work> item) override;
  [[nodiscard]] std::unique_ptr<io::wakeup> make_wakeup(std::function<void()> woken) override;

private:
  void begin(io::connect_operation& operation) override;
  void abandon(io::connect_operation& operation) noexcept override;
  void begin(io::resolve_operation& operation) override;
  void abandon(io::resolve_operation& operation) noexcept override;

  loop& on_;
  std::array<std::byte, 256> random_pool_{};  // saves a system call per draw
  std::size_t random_left_ = 0;
};

}  // namespace pappus::uv
