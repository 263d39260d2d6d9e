// The file of an archive that is being downloaded, and the stream to it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include <pappus/integration/txhashset/archive_download.hpp>
#include <pappus/integration/txhashset/progress.hpp>
#include <pappus/io/stream.hpp>

#include "disk_file.hpp"

namespace pappus::integration {

/// Common prefix of the names of all files and folders of downloads.
inline constexpr const char* incoming_prefix = "incoming.";

/// Shared by the `archive_download`, its stream, and their jobs on worker threads; the last owner's release, on the
/// loop, removes the file.
struct archive_download::incoming_file {
  incoming_file(io::runtime& network, archive_download_options options);
  incoming_file(const incoming_file&) = delete;
  incoming_file& operator=(const incoming_file&) = delete;
  ~incoming_file();

  void report(archive_download_report::stage stage, std::uint64_t bytes, std::uint64_t total) const;

  // For worker threads.
  [[nodiscard]] result<void, archive_error> create();
  [[nodiscard]] result<void, archive_error> store(std::span<const io::const_buffer> bytes);
  void remove() noexcept;

  io::runtime& runtime;
  archive_download_options how;
  std::string path;           // path of the archive file
  std::string unpacked_path;  // path of the folder for the unpacked files

  std::optional<disk_file> file;  // worker thread only while it works, like the next three
  bool there = false;             // the archive file exists
  std::uint64_t look_again_at = 0;
  std::uint64_t stored = 0;

  std::unique_ptr<io::wakeup> woken;    // while a worker thread unpacks or verifies the file
  std::unique_ptr<work_progress> work;  // of that
};

/// Each write runs on a worker thread, directly from the writer's memory. That memory remains valid until the worker
/// has finished, because a stopped write completes only then.
class archive_download::incoming_file_stream final : public io::stream {
public:
  explicit incoming_file_stream(std::shared_ptr<incoming_file> at) noexcept : at_(std::move(at)) {}

  [[nodiscard]] io::endpoint local_endpoint() const noexcept override { return {}; }
  [[nodiscard]] io::endpoint remote_endpoint() const noexcept override { return {}; }

private:
  class storing_work;

  ~incoming_file_stream() override = default;

  bool begin_read() noexcept override;
  std::size_t try_write(std::span<const io::const_buffer> /*buffers*/) noexcept override { return 0; }
  bool begin_write() noexcept override;
  void abandon_write() noexcept override {}
  void begin_close() noexcept override {}
  void release() noexcept override { delete this; }

  [[nodiscard]] std::error_code store_next() noexcept;
  void on_stored(std::size_t bytes, std::error_code failed) noexcept;

  std::shared_ptr<incoming_file> at_;
  std::uint64_t taken_ = 0;  // bytes accepted for writing
};

}  // namespace pappus::integration
