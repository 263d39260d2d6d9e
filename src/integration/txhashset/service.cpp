#include <algorithm>
#include <exception>
#include <utility>

#include <pappus/integration/txhashset/service.hpp>

#include "archive_reader.hpp"
#include "cached_archive.hpp"

namespace pappus::integration {
namespace {

failure<archive_error> busy(const char* how) { return failure{archive_error{archive_errc::busy, how}}; }

}  // namespace

archive_service::archive_service(io::runtime& runtime, archive_options options)
    : runtime_(runtime), options_(std::move(options)), check_timer_(runtime) {}

archive_service::~archive_service() {
  for (const made_ptr& each : archives_) each->orphan();
}

void archive_service::open(archive_job job, opened done) {
  forget_old();
  const made_ptr there = living(job.block);
  if (there && there->bytes() != 0) return done(give(there));
  if (waiting_.size() >= limits::max_archive_readers) {
    ++counted_.refused;
    return done(busy("too many wait for it"));
  }
  waiting_.push_back(std::move(done));
  if (there) return;
  result<void, archive_error> started;
  try {
    started = start(std::move(job));
  } catch (...) {
    waiting_.pop_back();
    throw;
  }
  if (!started) {
    const opened refused = std::move(waiting_.back());
    waiting_.pop_back();
    ++counted_.refused;
    refused(failure{std::move(started).error()});
  }
}

std::optional<peer::archive> archive_service::find(const wire::hash& block) {
  const made_ptr there = living(block);
  if (!there || there->bytes() == 0) return std::nullopt;
  auto given = give(there);
  if (!given) return std::nullopt;
  return std::move(given).value();
}

archive_service::made_ptr archive_service::living(const wire::hash& block) const {
  const auto is_it = [&](const made_ptr& each) {
    const bool young = each->packing() || runtime_.now() - *each->made_at() < options_.max_age;
    return young && each->what().block == block;
  };
  const auto found = std::ranges::find_if(archives_, is_it);
  return found == archives_.end() ? nullptr : *found;
}

result<peer::archive, archive_error> archive_service::give(const made_ptr& from) {
  if (from->followers() >= limits::max_archive_readers) {
    ++counted_.refused;
    return busy("too many read it");
  }
  peer::archive given;
  given.description = {from->what().block, from->what().height, from->bytes()};
  given.content = io::stream_ptr{new archive_reader{from}};
  ++counted_.served;
  return given;
}

result<void, archive_error> archive_service::start(archive_job job) {
  if (!archives_.empty() && archives_.back()->packing()) return busy("another one is being packed");
  make_room();
  if (archives_.size() >= limits::max_archives) return busy("too many are still being read");
  const std::string name = file_prefix + to_string(job.block) + "." + std::to_string(archives_started_) + ".zip";
  auto made = std::make_shared<cached_archive>(runtime_, *this, job, options_.folder + "/" + name);
  archives_.reserve(archives_.size() + 1);
  made->start(std::move(job), options_.folder, options_.min_free_space, archives_started_ == 0);
  archives_.push_back(std::move(made));
  ++archives_started_;
  if (!check_timer_.running()) check_timer_.start_repeating(limits::archive_check_interval, [this] { forget_old(); });
  return {};
}

void archive_service::progressed(const cached_archive& archive) {
  report(archive);
  if (archive.bytes() != 0) answer_waiting(made_ptr{archives_.back()});
}

void archive_service::ended(const cached_archive& archive) {
  const made_ptr last = archives_.back();
  if (last->failed()) archives_.pop_back();
  ++(last->failed() ? counted_.failed : counted_.packed);
  report(archive);
  answer_waiting(last);
}

/// Calls all callers that have waited for the size, with the archive or the failure.
void archive_service::answer_waiting(const made_ptr& last) {
  for (const opened& each : std::exchange(waiting_, {})) each(outcome_of(last));
}

/// What is given to one caller. Without memory for an archive it is a failure.
result<peer::archive, archive_error> archive_service::outcome_of(const made_ptr& made) {
  try {
    if (!made->failed()) return give(made);
    ++counted_.refused;
    return failure{*made->failed()};
  } catch (const std::exception&) {
    ++counted_.refused;
    return failure{archive_error{archive_errc::unreadable, {}}};
  }
}

void archive_service::report(const cached_archive& archive) const {
  if (options_.progress) options_.progress({archive.what().block, archive.packed(), archive.bytes(), archive.failed()});
}

/// Expired archives are no longer returned, but stay until their last reader has finished.
void archive_service::forget_old() {
  std::erase_if(archives_, [this](const made_ptr& each) {
    return !each->packing() && each->followers() == 0 && runtime_.now() - *each->made_at() >= options_.max_age;
  });
  if (archives_.empty()) check_timer_.stop();
}

void archive_service::make_room() {
  if (archives_.size() < limits::max_archives) return;
  const auto idle = [](const made_ptr& each) { return !each->packing() && each->followers() == 0; };
  if (const auto oldest = std::ranges::find_if(archives_, idle); oldest != archives_.end()) archives_.erase(oldest);
}

}  // namespace pappus::integration
