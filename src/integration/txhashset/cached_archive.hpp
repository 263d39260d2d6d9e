// One archive of the service: being packed, packed, or failed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <pappus/coro/intrusive_list.hpp>
#include <pappus/integration/txhashset/service.hpp>

#include "archive_reader.hpp"

namespace pappus::integration {

/// Common prefix of the names of all these files.
inline constexpr const char* file_prefix = "txhashset.";

/// Shared by the service, the packing job, and the readers; the last owner's release removes the file. Used on the
/// loop's thread, except `path`.
class cached_archive : public std::enable_shared_from_this<cached_archive> {
public:
  cached_archive(io::runtime& runtime, archive_service& owner, const archive_job& job, std::string path);
  cached_archive(const cached_archive&) = delete;
  cached_archive& operator=(const cached_archive&) = delete;
  ~cached_archive();

  /// Packs the archive on a worker thread. If `first`, the worker removes the leftovers of earlier runs from the folder
  /// before.
  void start(archive_job job, std::string folder, std::uint64_t min_free_space, bool first);

  /// Called when the service is destroyed: cancels packing.
  void orphan() noexcept;

  [[nodiscard]] io::runtime& on() const noexcept { return runtime_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] const wire::messages::txhashset_request& what() const noexcept { return what_; }
  [[nodiscard]] std::uint64_t packed() const noexcept { return progress_->bytes(); }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return progress_->total(); }
  [[nodiscard]] bool packing() const noexcept { return !made_at_ && !failed_; }
  [[nodiscard]] const std::optional<archive_error>& failed() const noexcept { return failed_; }
  [[nodiscard]] std::optional<io::time_point> made_at() const noexcept { return made_at_; }

  [[nodiscard]] std::size_t followers() const noexcept { return followers_; }
  void join() noexcept { ++followers_; }
  void leave() noexcept { --followers_; }

  /// Adds a reader that has read all final bytes; it is woken when there are more.
  void wait(archive_reader& reader) noexcept { waiting_.push_back(reader); }
  void stop_waiting(archive_reader& reader) noexcept { waiting_.remove(reader); }

private:
  class packing_work;

  void progressed();
  void ended(result<void, archive_error> outcome);
  void wake_followers();

  io::runtime& runtime_;
  archive_service* owner_;
  wire::messages::txhashset_request what_;
  std::string path_;
  std::shared_ptr<work_progress> progress_;
  std::optional<io::time_point> made_at_;
  std::optional<archive_error> failed_;
  std::size_t followers_ = 0;
  coro::intrusive_list<archive_reader> waiting_;
};

}  // namespace pappus::integration
