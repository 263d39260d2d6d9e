// A stream of an archive's bytes, as far as they are final; it waits for those that are not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <system_error>
#include <vector>

#include <pappus/coro/linked_list.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/result.hpp>

#include "disk_file.hpp"

namespace pappus::integration {

class made_archive;

/// Reads a piece of the file at a time on a worker thread, from a position of its own. Fails with
/// `std::errc::io_error` if the archive cannot be made or read.
class archive_reader final : public io::stream, public coro::intrusive_list<archive_reader>::hook {
public:
  explicit archive_reader(std::shared_ptr<made_archive> of);

  [[nodiscard]] io::endpoint local_endpoint() const noexcept override { return {}; }
  [[nodiscard]] io::endpoint remote_endpoint() const noexcept override { return {}; }

  /// Whether there is more than it has read, or there will be none.
  [[nodiscard]] bool has_news() const noexcept;
  /// It has waited for news, and there are some. It may be gone afterwards.
  void look_again() noexcept;

private:
  /// What the worker has while it reads, and we otherwise.
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
  void read_more() noexcept;
  /// So many bytes; none if it has failed.
  void on_read(std::size_t count) noexcept;
  void stop_waiting() noexcept;

  std::shared_ptr<made_archive> of_;
  std::shared_ptr<source> source_;
  reading_work* reading_now_ = nullptr;
  bool waiting_ = false;   // in the archive's list
  std::uint64_t at_ = 0;   // of what was read
  io::const_buffer held_;  // part of the piece that nobody has taken
};

}  // namespace pappus::integration
