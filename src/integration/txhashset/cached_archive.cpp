#include "cached_archive.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

#include "../../exception_text.hpp"
#include "disk_file.hpp"
#include "removal.hpp"

namespace pappus::integration {
/// Owns everything it uses on the worker thread: the job, and the progress, which wakes the loop.
class cached_archive::packing_work final : public io::work {
public:
  packing_work(std::shared_ptr<cached_archive> archive, archive_job job, std::string folder,
               std::uint64_t min_free_space, bool first)
      : owner_(std::move(archive)),
        what_(std::move(job)),
        folder_(std::move(folder)),
        min_free_space_(min_free_space),
        first_(first),
        wakeup_(owner_->runtime_.make_wakeup([to = owner_.get()] { to->progressed(); })),
        progress_(std::make_shared<work_progress>([to = wakeup_.get()] { to->notify(); })) {}

  [[nodiscard]] const std::shared_ptr<work_progress>& progress() const noexcept { return progress_; }

  void run() noexcept override {
    try {
      how_ = make();
    } catch (...) {
      how_ = failure{archive_error{archive_errc::unreadable, exception_text()}};
    }
    what_.files = nullptr;
  }

  void on_complete() noexcept override { owner_->ended(std::move(how_)); }

private:
  result<void, archive_error> make() {
    std::error_code failed;
    std::filesystem::create_directories(folder_, failed);
    if (failed) return failure{archive_error{archive_errc::unwritable, folder_ + ": " + failed.message()}};
    if (first_) remove_leftovers(folder_, file_prefix);
    PAPPUS_TRY(plan, plan_archive(what_.files()));
    PAPPUS_TRY_DISCARD(check_space(folder_, plan.bytes, min_free_space_));
    progress_->set_total(plan.bytes);
    return pack(plan, owner_->path_, *progress_);
  }

  std::shared_ptr<cached_archive> owner_;
  archive_job what_;
  std::string folder_;
  std::uint64_t min_free_space_;
  bool first_;
  std::unique_ptr<io::wakeup> wakeup_;
  std::shared_ptr<work_progress> progress_;
  result<void, archive_error> how_;
};

cached_archive::cached_archive(io::runtime& runtime, archive_service& owner, const archive_job& job, std::string path)
    : runtime_(runtime), owner_(&owner), what_{job.block, job.height}, path_(std::move(path)) {}

cached_archive::~cached_archive() {
  if (made_at_) remove_soon(runtime_, path_);
}

void cached_archive::start(archive_job job, std::string folder, std::uint64_t min_free_space, bool first) {
  auto work =
      std::make_unique<packing_work>(shared_from_this(), std::move(job), std::move(folder), min_free_space, first);
  progress_ = work->progress();
  runtime_.submit(std::move(work));
}

void cached_archive::orphan() noexcept {
  owner_ = nullptr;
  if (packing()) progress_->cancel();
}

void cached_archive::progressed() {
  if (owner_ != nullptr) owner_->progressed(*this);
  wake_followers();
}

/// The waiting readers are ordered: each has read at least as far as the one before it. Any reader may leave the list
/// when another is woken.
void cached_archive::wake_followers() {
  while (archive_reader* const next = waiting_.first()) {
    if (!next->has_news()) return;
    waiting_.remove(*next);
    next->look_again();
  }
}

void cached_archive::ended(result<void, archive_error> outcome) {
  if (outcome) made_at_ = runtime_.now();
  else failed_ = std::move(outcome).error();
  if (owner_ != nullptr) owner_->ended(*this);
  wake_followers();
}

}  // namespace pappus::integration
