// An archive on its way in: stored in a file as it comes, then unpacked, both on worker threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <pappus/coro/task.hpp>
#include <pappus/integration/archives/fault.hpp>
#include <pappus/integration/archives/unpack.hpp>
#include <pappus/integration/limits.hpp>
#include <pappus/io/network.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/result.hpp>

namespace pappus::integration {

struct archive_download_report {
  enum class stage : std::uint8_t { storing, unpacking };

  stage at = stage::storing;
  std::uint64_t bytes = 0;  // stored, or unpacked
  std::uint64_t total = 0;  // that there will be; while it is stored, whoever asked for it knows
};

struct archive_download_options {
  std::string folder;                                // where it is stored and unpacked
  std::uint64_t most_bytes = limits::archive_bytes;  // of the archive: so many must be free beforehand
  unpack_limits unpacked = {};
  std::function<void(const archive_download_report&)> progress = {};  // on the loop
};

/// For the loop's thread. The archive itself is removed when it has been unpacked, by `discard`, or, some time later,
/// when this is destroyed; what was unpacked, when nobody has taken it.
///
///     auto incoming = co_await incoming_archive::open(net, options);
///     peer::archive_question question{request, (*incoming)->into(), (*incoming)->most_bytes()};
///     auto said = co_await node.ask(peer, std::move(question));
///     auto folder = co_await (*incoming)->unpack(txhashset_names(said->block));
class archive_download {
public:
  /// Makes the file, if there is room for the longest that may come.
  [[nodiscard]] static task<result<std::unique_ptr<archive_download>, archive_error>> open(
      io::runtime& on, archive_download_options how);
  /// Removes from a folder what a killed process has left there; nothing may be on its way into it.
  [[nodiscard]] static task<result<void>> remove_leftovers(io::runtime& on, std::string folder);

  archive_download(const archive_download&) = delete;
  archive_download& operator=(const archive_download&) = delete;
  ~archive_download();

  /// What the archive is to be written to; called once. A write of more than `most_bytes` in all fails with
  /// `std::errc::file_too_large`, one that leaves too little free with `std::errc::no_space_on_device`.
  [[nodiscard]] io::stream_ptr into();
  [[nodiscard]] std::uint64_t most_bytes() const noexcept;

  /// Unpacks what was written, once all of it is there; called once. Completes when the archive has been removed, and
  /// after a failure when nothing is left of what came out of it. A stop gives it up; then the worker removes both in
  /// its own time.
  [[nodiscard]] task<result<unpacked_folder, archive_error>> unpack(std::vector<allowed_name> allowed);

  /// Removes the archive, whatever has been written to it, instead of unpacking it. Completes when it is gone, or fails
  /// with `errc::canceled`; then it goes some time later. A write under way fails or has no effect.
  [[nodiscard]] task<result<void>> discard();

private:
  struct incoming_file;
  class incoming_file_stream;

  explicit archive_download(std::shared_ptr<incoming_file> at) noexcept;

  std::shared_ptr<incoming_file> at_;
};

}  // namespace pappus::integration
