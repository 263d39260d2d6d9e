#include <algorithm>
#include <utility>

#include <pappus/integration/txhashset/service.hpp>

#include "archive_reader.hpp"
#include "cached_archive.hpp"

namespace pappus::integration {
namespace {

failure<archive_error> busy(const char* how) { return failure{archive_error{archive_errc::busy, how}}; }

}  // namespace

archive_service::archive_service(io::runtime& runtime, archive_options how)
    : runtime_(runtime), how_(std::move(how)), looks_(runtime) {}

archive_service::~archive_service() {
  for (const made_ptr& each : made_) each->orphan();
}

void archive_service::open(archive_job what, opened done) {
  forget_old();
  const made_ptr there = living(what.block);
  if (there && there->bytes() != 0) return done(give(there));
  if (waiting_.size() >= limits::max_archive_readers) {
    ++counted_.refused;
    return done(busy("too many wait for it"));
  }
  waiting_.push_back(std::move(done));
  if (there) return;
  if (auto started = start(std::move(what)); !started) {
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
    const bool young = each->packing() || runtime_.now() - *each->made_at() < how_.max_age;
    return young && each->what().block == block;
  };
  const auto found = std::ranges::find_if(made_, is_it);
  return found == made_.end() ? nullptr : *found;
}

result<peer::archive, archive_error> archive_service::give(const made_ptr& from) {
  if (from->followers() >= limits::max_archive_readers) {
    ++counted_.refused;
    return busy("too many read it");
  }
  ++counted_.served;
  peer::archive given;
  given.description = {from->what().block, from->what().height, from->bytes()};
  given.content = io::stream_ptr{new archive_reader{from}};
  return given;
}

result<void, archive_error> archive_service::start(archive_job what) {
  if (!made_.empty() && made_.back()->packing()) return busy("another one is being packed");
  make_room();
  if (made_.size() >= limits::max_archives) return busy("too many are still being read");
  const std::string name = file_prefix + to_string(what.block) + "." + std::to_string(started_) + ".zip";
  made_.push_back(std::make_shared<cached_archive>(runtime_, *this, what, how_.folder + "/" + name));
  made_.back()->start(std::move(what), how_.folder, how_.min_free_space, started_++ == 0);
  if (!looks_.running()) looks_.start_repeating(limits::archive_check_interval, [this] { forget_old(); });
  return {};
}

void archive_service::progressed(const cached_archive& which) {
  report(which);
  if (which.bytes() != 0) answer_waiting(made_ptr{made_.back()});
}

void archive_service::ended(const cached_archive& which) {
  const made_ptr last = made_.back();
  if (last->failed()) made_.pop_back();
  ++(last->failed() ? counted_.failed : counted_.packed);
  report(which);
  answer_waiting(last);
}

/// Calls all callers that have waited for the size, with the archive or the failure.
void archive_service::answer_waiting(const made_ptr& last) {
  for (const opened& each : std::exchange(waiting_, {})) {
    if (!last->failed()) {
      each(give(last));
      continue;
    }
    ++counted_.refused;
    each(failure{*last->failed()});
  }
}

void archive_service::report(const cached_archive& which) const {
  if (how_.progress) how_.progress({which.what().block, which.packed(), which.bytes(), which.failed()});
}

/// Expired archives are no longer returned, but stay until their last reader has finished.
void archive_service::forget_old() {
  std::erase_if(made_, [this](const made_ptr& each) {
    return !each->packing() && each->followers() == 0 && runtime_.now() - *each->made_at() >= how_.max_age;
  });
  if (made_.empty()) looks_.stop();
}

void archive_service::make_room() {
  if (made_.size() < limits::max_archives) return;
  const auto idle = [](const made_ptr& each) { return !each->packing() && each->followers() == 0; };
  if (const auto oldest = std::ranges::find_if(made_, idle); oldest != made_.end()) made_.erase(oldest);
}

}  // namespace pappus::integration
