// Archives of our chain for whoever asks: made once on a worker thread, read while they are being made, and kept for a
// while.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <pappus/integration/archives/fault.hpp>
#include <pappus/integration/archives/pack.hpp>
#include <pappus/integration/limits.hpp>
#include <pappus/io/network.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/peer/host.hpp>
#include <pappus/result.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::integration {

/// The chain's state at a block.
struct archive_job {
  wire::hash block;
  std::uint64_t height = 0;

  /// Called once, on a worker thread, if there is no archive of that block yet: gives the files, which nobody writes
  /// over until the archive is made. What it holds is let go of then.
  std::function<std::vector<zip_entry>()> files;
};

struct archive_report {
  wire::hash block;
  std::uint64_t packed = 0;
  std::uint64_t bytes = 0;  // of it in the end; zero if nobody knows yet
  std::optional<archive_error> failed;
};

struct archive_options {
  std::string folder;  // for nothing else: what an earlier run has left there is removed
  io::duration age = limits::archive_age;
  std::uint64_t left_free = limits::disk_left_free;
  std::function<void(const archive_report&)> progress = {};  // on the loop, while one is made and when that ends
};

struct archive_statistics {
  std::uint64_t packed = 0;
  std::uint64_t failed = 0;
  std::uint64_t given = 0;    // to those who asked
  std::uint64_t refused = 0;  // to others
};

class made_archive;

/// For the loop's thread. When it is destroyed what is being packed is given up, and whoever reads that fails; whoever
/// reads one that is made goes on. An archive's file is gone as soon as nobody reads it and it is not kept.
class archive_service {
public:
  using opened = std::function<void(result<peer::archive, archive_error>)>;

  archive_service(io::runtime& on, archive_options how);
  archive_service(const archive_service&) = delete;
  archive_service& operator=(const archive_service&) = delete;
  ~archive_service();

  /// `done` is called on the loop, at once if there is such an archive, otherwise when its size is known: then its
  /// content is read as it is being made. One is made at a time; who asks for another meanwhile is refused. `done` must
  /// not destroy the service.
  void open(archive_job what, opened done);

  /// What `open` would give at once, or nothing.
  [[nodiscard]] std::optional<peer::archive> find(const wire::hash& block);

  [[nodiscard]] archive_statistics statistics() const noexcept { return counted_; }

private:
  friend made_archive;
  using made_ptr = std::shared_ptr<made_archive>;

  void progressed(const made_archive& which);
  void ended(const made_archive& which);
  void report(const made_archive& which) const;

  [[nodiscard]] made_ptr living(const wire::hash& block) const;
  [[nodiscard]] result<peer::archive, archive_error> give(const made_ptr& from);
  [[nodiscard]] result<void, archive_error> start(archive_job what);
  void answer_waiting(const made_ptr& last);
  void forget_old();
  void make_room();

  io::runtime& on_;
  archive_options how_;
  std::vector<made_ptr> made_;   // in the order of their making
  std::vector<opened> waiting_;  // for the size of the last one
  io::timer looks_;
  std::uint64_t started_ = 0;
  archive_statistics counted_;
};

}  // namespace pappus::integration
