// A stream that reads an archive while it is being packed; a read waits for bytes that are not final yet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <system_error>
#include <vector>

#include <pappus/coro/intrusive_list.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/result.hpp>

#include "disk_file.hpp"

namespace pappus::integration {

class cached_archive;

/// Reads the file in pieces on a worker thread, with its own position. Fails with `std::errc::io_error` if the archive
/// cannot be packed or read.
class archive_reader final : public io::stream, public coro::intrusive_list<archive_reader>::hook {
public:
  explicit archive_reader(std::shared_ptr<cached_archive> archive);

  [[nodiscard]] io::endpoint local_endpoint() const noexcept override { return {}; }
  [[nodiscard]] io::endpoint remote_endpoint() const noexcept override { return {}; }

  /// True if there are unread final bytes, or there will be none.
  [[nodiscard]] bool has_news() const noexcept;
  /// Called when `has_news` becomes true for a waiting reader. The reader may be destroyed in this call.
  void look_again() noexcept;

private:
  /// Used by the worker while it reads, otherwise by the loop.
  struct source {
    std::optional<disk_file> file;
    std::vector<std::byte> piece;
  };
  class reading_work;

  ~archive_reader() override;

  bool begin_read() noexcept override;
  std::size_t try_write(std::span<const io::const_buffer> /*buffers*/) noexcept override { return 0; }
  bool begin_write() noexcept override;
  void abandon_write() noexcept override {}
  void begin_close() noexcept override { stop_waiting(); }
  void release() noexcept override { delete this; }

  [[nodiscard]] std::error_code end() const noexcept;
  [[nodiscard]] std::error_code read_more() noexcept;
  void go_on() noexcept;
  /// `count` is the number of bytes read; 0 after a failure.
  void on_read(std::size_t count) noexcept;
  void stop_waiting() noexcept;

  std::shared_ptr<cached_archive> owner_;
  std::shared_ptr<source> source_;
  reading_work* reading_now_ = nullptr;
  bool waiting_ = false;   // in the archive's list of waiting readers
  std::uint64_t at_ = 0;   // position in the archive, bytes
  io::const_buffer held_;  // the part of the piece that the consumer has not read yet
};

}  // namespace pappus::integration
