// A stream on a descriptor that libuv cannot poll: a file or a device.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <uv.h>

#include <pappus/io/stream.hpp>
#include <pappus/uv/loop.hpp>

namespace pappus::uv {

/// Each operation is a request in libuv's worker pool, at the descriptor's own position. A request under way cannot be
/// taken back: the bytes of a stopped read are kept for the next one, a stopped write waits for its request.
class file_stream final : public io::stream {
public:
  enum class owns_descriptor : std::uint8_t { no, yes };

  file_stream(loop& on, int descriptor, owns_descriptor owns) noexcept
      : on_(on), descriptor_(descriptor), owns_(owns) {}

  [[nodiscard]] io::endpoint local() const noexcept override { return {}; }
  [[nodiscard]] io::endpoint remote() const noexcept override { return {}; }

private:
  ~file_stream() override;

  bool begin_read() noexcept override;
  std::size_t try_write(std::span<const io::const_buffer> /*buffers*/) noexcept override { return 0; }
  bool begin_write() noexcept override;
  void abandon_write() noexcept override {}
  void begin_close() noexcept override {}
  void release() noexcept override;

  int request_read() noexcept;
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
  bool released_ = false;  // nobody owns this any more
  io::const_buffer held_;  // part of the chunk that nobody has taken
  std::array<std::byte, 65536> chunk_;
};

}  // namespace pappus::uv
