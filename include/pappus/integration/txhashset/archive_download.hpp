// Download of a txhashset archive: stored to a file as it arrives, then unpacked; both on worker threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <pappus/coro/task.hpp>
#include <pappus/integration/txhashset/error.hpp>
#include <pappus/integration/txhashset/limits.hpp>
#include <pappus/integration/txhashset/unpack.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/result.hpp>

namespace pappus::integration {

struct archive_download_report {
  enum class stage : std::uint8_t { storing, unpacking, verifying };

  stage at = stage::storing;
  std::uint64_t bytes = 0;  // stored, unpacked or verified so far
  std::uint64_t total = 0;  // final number; 0 while storing, when only the requester knows it
};

struct archive_download_options {
  std::string folder;  // the archive is stored and unpacked here
  std::uint64_t max_bytes =
      limits::max_archive_bytes;  // maximum size of the archive; must be free on the disk beforehand
  unpack_limits unpacked = {};
  std::function<void(const archive_download_report&)> progress = {};  // called on the loop
};

/// One archive that is being downloaded. Used on the loop's thread. The archive file is removed after `unpack`, by
/// `discard`, or, asynchronously, after this object is destroyed. The unpacked files are removed unless
/// `unpacked_folder::release` is called.
///
///     auto download = co_await archive_download::open(runtime, options);
///     peer::archive_request request{what, (*download)->into(), (*download)->most_bytes()};
///     auto response = co_await node.request(peer, std::move(request));
///     auto folder = co_await (*download)->unpack(txhashset_names(response->block));
class archive_download {
public:
  /// Creates the file. Fails with `disk_full` if there is no room for an archive of `max_bytes`.
  [[nodiscard]] static task<result<std::unique_ptr<archive_download>, archive_error>> open(
      io::runtime& runtime, archive_download_options options);
  /// Removes what a killed process has left in `folder`. No download into this folder may be under way.
  [[nodiscard]] static task<result<void>> remove_leftovers(io::runtime& runtime, std::string folder);

  archive_download(const archive_download&) = delete;
  archive_download& operator=(const archive_download&) = delete;
  ~archive_download();

  /// The stream that the archive must be written to. Call once. A write that exceeds `max_bytes` in total fails with
  /// `std::errc::file_too_large`, one that leaves too little free space with `std::errc::no_space_on_device`.
  [[nodiscard]] io::stream_ptr sink();
  [[nodiscard]] std::uint64_t max_bytes() const noexcept;

  /// Unpacks the archive. Call once, after the whole archive was written. Completes when the archive file has been
  /// removed; after a failure, all unpacked files are removed too. When stopped, completes with `abandoned`; the worker
  /// then removes both asynchronously.
  [[nodiscard]] task<result<unpacked_folder, archive_error>> unpack(std::vector<allowed_name> allowed);

  /// Checks all that `unpack` would, and leaves the archive as it is. Call once, instead of `unpack`, after the whole
  /// archive was written. When stopped, completes with `abandoned`.
  [[nodiscard]] task<result<void, archive_error>> verify(std::vector<allowed_name> allowed);
  /// Path of the archive file, which this object removes.
  [[nodiscard]] const std::string& path() const noexcept;

  /// Removes the archive, whatever has been written to it, instead of unpacking it. Completes when the file is removed,
  /// or fails with `errc::canceled`; the file is then removed later. A write under way fails or has no effect.
  [[nodiscard]] task<result<void>> discard();

private:
  struct incoming_file;
  class incoming_file_stream;

  explicit archive_download(std::shared_ptr<incoming_file> at) noexcept;

  /// Runs `process` on a worker thread, with the file and its progress, which is reported as that stage.
  template <class Given>
  [[nodiscard]] static task<result<Given, archive_error>> process_file(
      std::shared_ptr<incoming_file> at, archive_download_report::stage stage,
      std::function<result<Given, archive_error>(incoming_file& file)> process);

  std::shared_ptr<incoming_file> file_;
};

}  // namespace pappus::integration
