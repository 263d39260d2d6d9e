// One end of a simulated connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <system_error>

#include <pappus/coro/intrusive_list.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/sim/runtime.hpp>

#include "event.hpp"
#include "flow.hpp"

namespace pappus::sim {

class connection;

/// Owned through its `stream_ptr`; a member of its connection, which lives until both ends are released.
class stream final : public io::stream, public coro::intrusive_list<stream>::hook {
public:
  stream(connection& owner, bool acceptor) noexcept : owner_(owner), acceptor_(acceptor) {}
  ~stream() override = default;

  /// Dials for `operation`.
  void connect(runtime& process, io::connect_operation& operation);
  void abandon_connect() noexcept;

  /// Called by the incoming flow when a segment has arrived, in a separate event and as its last act.
  void receive(signal what) noexcept;
  /// Called by the outgoing flow when it takes bytes again, in a separate event and as its last act.
  void has_room() noexcept;

  /// Breaks the connection: waiting operations fail with `error` in a separate event; later operations fail with it
  /// once the arrived bytes are read.
  void fail(std::error_code error) noexcept;
  /// The process has died. Sends a reset now if `resets`; otherwise the machine answers later segments with a reset.
  void orphan(bool resets) noexcept;

  [[nodiscard]] io::endpoint local_endpoint() const noexcept override;
  [[nodiscard]] io::endpoint remote_endpoint() const noexcept override;

private:
  enum class state : std::uint8_t {
    apart,      // not connected yet
    connected,  // possibly with a fin in one or both directions
    failed,     // broken by the network
    closed,     // by this side; arriving segments are answered with a reset
    orphaned,   // like `closed`, and all operations of this side fail
  };

  bool begin_read() noexcept override;
  std::size_t try_write(std::span<const io::const_buffer> buffers) noexcept override;
  bool begin_write() noexcept override;
  void abandon_write() noexcept override { begin_close(); }
  void begin_close() noexcept override;
  void release() noexcept override;

  [[nodiscard]] world& in() const noexcept;
  [[nodiscard]] flow& incoming() const noexcept;
  [[nodiscard]] flow& outgoing() const noexcept;

  void owned_by(runtime& process) noexcept;
  void accept() noexcept;
  void connected() noexcept;
  void connect_failed(std::error_code error) noexcept;
  void data_arrived() noexcept;
  void fin_arrived() noexcept;
  void answer_with_reset() noexcept;
  bool give_arrived() noexcept;
  bool send_more() noexcept;
  std::size_t put(io::const_buffer bytes) noexcept;
  void tell_who_waits() noexcept;
  void tell_soon() noexcept;
  void on_alarm() noexcept;

  connection& owner_;
  bool acceptor_;
  bool fin_received_ = false;
  bool reset_sent_ = false;
  state state_ = state::apart;
  runtime* process_ = nullptr;  // the owner; null before the accept and after the release
  io::connect_operation* connecting_ = nullptr;
  std::error_code failure_;
  event<stream, &stream::on_alarm> alarm_{*this};  // connect timeout, or deferred failure of waiting operations
};

}  // namespace pappus::sim
