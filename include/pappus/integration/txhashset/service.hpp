// Serves txhashset archives of our chain: packed once on a worker thread, readable while being packed, and cached for a
// while.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <pappus/integration/bridge/adapter.hpp>
#include <pappus/integration/txhashset/error.hpp>
#include <pappus/integration/txhashset/limits.hpp>
#include <pappus/integration/txhashset/pack.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/result.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::integration {

/// An archive of the chain's state at one block.
struct archive_job {
  wire::hash block;
  std::uint64_t height = 0;

  /// Called at most once, on a worker thread, if there is no archive of that block yet. Returns the files, which must
  /// not be overwritten until the archive is packed. The function object is destroyed afterwards.
  std::function<std::vector<zip_entry>()> files;
};

struct archive_report {
  wire::hash block;
  std::uint64_t packed = 0;             // bytes so far
  std::uint64_t bytes = 0;              // final size of the archive; zero while unknown
  std::optional<archive_error> failed;  // set if packing has failed
};

struct archive_options {
  std::string folder;                                        // exclusive: leftovers of an earlier run are removed
  io::duration max_age = limits::max_archive_age;            // time for which an archive is served
  std::uint64_t min_free_space = limits::min_free_disk;      // free disk space that must remain, bytes
  std::function<void(const archive_report&)> progress = {};  // called on the loop, during packing and at its end
};

struct archive_statistics {
  std::uint64_t packed = 0;
  std::uint64_t failed = 0;
  std::uint64_t served = 0;   // successful calls of `open` and `find`
  std::uint64_t refused = 0;  // calls that failed
};

class cached_archive;

/// Cache of archives. Used on the loop's thread. Destruction cancels the packing under way, and its readers fail;
/// readers of a completed archive continue. The file of an archive is removed when it has no readers and is no longer
/// cached.
class archive_service {
public:
  using opened = std::function<void(result<peer::archive, archive_error>)>;

  archive_service(io::runtime& runtime, archive_options options);
  archive_service(const archive_service&) = delete;
  archive_service& operator=(const archive_service&) = delete;
  ~archive_service();

  /// Opens the archive of a block. `done` is called on the loop: at once if the archive exists, otherwise when its size
  /// is known; its content is then read while the archive is being packed. Only one archive is packed at a time; a call
  /// for another block meanwhile fails with `busy`. `done` must not destroy the service.
  void open(archive_job job, opened done);

  /// The archive if `open` could return it at once, otherwise nothing.
  [[nodiscard]] std::optional<peer::archive> find(const wire::hash& block);

  [[nodiscard]] archive_statistics statistics() const noexcept { return counted_; }

private:
  friend cached_archive;
  using made_ptr = std::shared_ptr<cached_archive>;

  void progressed(const cached_archive& archive);
  void ended(const cached_archive& archive);
  void report(const cached_archive& archive) const;

  [[nodiscard]] made_ptr living(const wire::hash& block) const;
  [[nodiscard]] result<peer::archive, archive_error> give(const made_ptr& from);
  [[nodiscard]] result<peer::archive, archive_error> outcome_of(const made_ptr& made);
  [[nodiscard]] result<void, archive_error> start(archive_job job);
  void answer_waiting(const made_ptr& last);
  void forget_old();
  void make_room();

  io::runtime& runtime_;
  archive_options options_;
  std::vector<made_ptr> archives_;  // in order of creation
  std::vector<opened> waiting_;     // callers that wait for the size of the newest archive
  io::timer check_timer_;
  std::uint64_t archives_started_ = 0;
  archive_statistics counted_;
};

}  // namespace pappus::integration
