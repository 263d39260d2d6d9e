// A simulated socket for datagrams.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <pappus/coro/intrusive_list.hpp>
#include <pappus/io/datagram.hpp>
#include <pappus/sim/random.hpp>

#include "packet.hpp"

namespace pappus::sim {

class runtime;

class datagram_socket final : public io::datagram_socket, public coro::intrusive_list<datagram_socket>::hook {
public:
  datagram_socket(runtime& process, io::endpoint local, const std::optional<io::endpoint>& remote,
                  std::uint64_t seed) noexcept;

  [[nodiscard]] result<void> send(io::const_buffer bytes) noexcept override;
  [[nodiscard]] result<void> send_to(io::const_buffer bytes, io::endpoint to) noexcept override;
  void close() noexcept override;
  [[nodiscard]] io::endpoint local_endpoint() const noexcept override { return local_; }

  /// Whether it receives what is sent to `endpoint`.
  [[nodiscard]] bool receives(const io::endpoint& endpoint) const noexcept {
    const bool covers = local_.address.is_unspecified() && local_.address.is_v4() == endpoint.address.is_v4();
    return local_.port == endpoint.port && (covers || local_.address == endpoint.address);
  }
  /// Whether it receives what `sender` sends.
  [[nodiscard]] bool receives_from(const io::endpoint& sender) const noexcept { return !remote_ || *remote_ == sender; }

  /// Takes a datagram. Call as the last act of an event.
  void incoming(packet& arrived) noexcept;
  /// Takes a report that a datagram was refused. Call as the last act of an event.
  void refused(packet& report) noexcept;

private:
  /// Bytes of datagrams that wait to be received, with `overhead` for each; as in Linux by default.
  static constexpr std::size_t max_queued = 212992;
  static constexpr std::size_t overhead = 768;

  ~datagram_socket() override = default;
  void begin(io::receive_operation& operation) override;
  void abandon(io::receive_operation& /*operation*/) noexcept override { receiving_ = nullptr; }
  void release() noexcept override;

  [[nodiscard]] result<void> transmit(io::const_buffer bytes, const io::endpoint& to) noexcept;
  void dispatch(io::const_buffer bytes, const io::endpoint& from, const io::endpoint& to);
  [[nodiscard]] static io::datagram hand_over(packet& received, io::buffer into) noexcept;

  runtime& process_;
  io::endpoint local_;
  std::optional<io::endpoint> remote_;
  splitmix64 rng_;
  bool open_ = true;
  bool refused_ = false;  // a datagram was, which the next operation reports
  io::receive_operation* receiving_ = nullptr;
  coro::intrusive_list<packet> waiting_;
  std::size_t queued_ = 0;  // bytes in `waiting_`, with overhead
};

}  // namespace pappus::sim
