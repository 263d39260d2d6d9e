// A stream on a descriptor that libuv cannot poll: a file or a device.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <uv.h>

#include <pappus/io/stream.hpp>
#include <pappus/io/timer_queue.hpp>
#include <pappus/uv/loop.hpp>

namespace pappus::uv {

/// Each operation is a request in libuv's worker pool, at the descriptor's own position. A request in progress cannot
/// be canceled, and a hanging disk may never complete it, so the stream owns the bytes of its requests and a stopped
/// operation does not wait for them: bytes that arrive after a stopped read are kept for the next read, a stopped write
/// may still be performed.
class file_stream final : public io::stream, private io::timer_node {
public:
  enum class owns_descriptor : std::uint8_t { no, yes };

  file_stream(loop& on, int descriptor, owns_descriptor owns) noexcept
      : on_(on), descriptor_(descriptor), owns_(owns) {}

  [[nodiscard]] io::endpoint local_endpoint() const noexcept override { return {}; }
  [[nodiscard]] io::endpoint remote_endpoint() const noexcept override { return {}; }

private:
  ~file_stream() override;

  bool begin_read() noexcept override;
  std::size_t try_write(std::span<const io::const_buffer> /*buffers*/) noexcept override { return 0; }
  bool begin_write() noexcept override;
  void abandon_write() noexcept override { on_.timers().arm(*this, on_.now()); }
  void begin_close() noexcept override {
    if (writing()) abandon_write();
  }
  void release() noexcept override;
  void on_timer() noexcept override;

  int request_read() noexcept;
  void copy_going();
  int request_write() noexcept;
  void on_read() noexcept;
  void on_written() noexcept;

  loop& on_;
  int descriptor_;
  owns_descriptor owns_;
  uv_fs_t read_{};
  uv_fs_t write_{};
  bool read_under_way_ = false;
  bool write_under_way_ = false;
  bool released_ = false;  // the owner has released this
  io::const_buffer held_;  // part of the chunk that no read has taken
  std::array<std::byte, 65536> chunk_;
  std::vector<std::byte> going_;  // the bytes of the write request
};

}  // namespace pappus::uv
