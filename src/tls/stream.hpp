// A stream whose bytes are encrypted on the way to the stream below, and decrypted on the way from it.
#pragma once

#include <array>
#include <cstddef>
#include <exception>
#include <memory>
#include <span>
#include <system_error>
#include <vector>

#include <pappus/coro/event.hpp>
#include <pappus/coro/root.hpp>
#include <pappus/coro/stop.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/stream.hpp>

#include "session.hpp"

namespace pappus::tls {

/// Reads from the stream below only when a read of this one needs bytes. Writes what the stream below takes at once, as
/// that stream does; a coroutine writes the rest. Lives until its two coroutines have ended, even if the owner releases
/// it earlier; closing closes the stream below at once, and thereby ends them.
class stream final : public io::stream, private coro::root_listener {
public:
  /// After the handshake.
  stream(io::runtime& runtime, io::stream_ptr below, std::unique_ptr<session> encryption) noexcept;

  /// Call once, before anything else. Throws if there is no memory; then the stream can only be released.
  void start();

  [[nodiscard]] io::endpoint local_endpoint() const noexcept override { return below_->local_endpoint(); }
  [[nodiscard]] io::endpoint remote_endpoint() const noexcept override { return below_->remote_endpoint(); }

private:
  ~stream() override = default;

  bool begin_read() noexcept override;
  std::size_t try_write(std::span<const io::const_buffer> buffers) noexcept override;
  bool begin_write() noexcept override;
  void abandon_write() noexcept override { disconnect(); }
  void begin_close() noexcept override;
  void release() noexcept override;
  void root_ended(std::exception_ptr thrown) noexcept override;

  task<void> receive();
  [[nodiscard]] session::progress decrypt();
  [[nodiscard]] bool pass_on();

  task<void> send();
  [[nodiscard]] std::size_t encrypt(std::span<const io::const_buffer> buffers, std::size_t offset) noexcept;
  [[nodiscard]] std::size_t encrypt_pending() noexcept;
  [[nodiscard]] bool has_to_send() noexcept;
  [[nodiscard]] bool send_at_once() noexcept;
  void disconnect() noexcept;

  io::runtime& runtime_;
  io::stream_ptr below_;
  std::unique_ptr<session> encryption_;
  coro::stop_source stop_;
  coro::event wants_bytes_;                                             // a read waits for more than there is
  std::unique_ptr<std::array<std::byte, session::max_record>> viewed_;  // what the last view is of
  coro::event wants_to_send_;
  std::vector<std::byte> sending_;  // encrypted; the stream below takes it
  std::size_t sent_ = 0;            // bytes of it
  std::size_t in_flight_ = 0;       // bytes of the current write that are encrypted in it
  std::error_code send_error_;      // of the stream below, which has lost records
  int running_ = 0;                 // coroutines
  bool released_ = false;           // the owner has released this
};

}  // namespace pappus::tls
