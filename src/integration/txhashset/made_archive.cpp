#include "made_archive.hpp"

#include <exception>
#include <filesystem>
#include <system_error>
#include <utility>

#include "disk_file.hpp"
#include "removal.hpp"

namespace pappus::integration {
/// Owns everything it uses on the worker thread: the job, and the progress, which wakes the loop.
class made_archive::packing_work final : public io::work {
public:
  packing_work(std::shared_ptr<made_archive> of, archive_job what, std::string folder, std::uint64_t left_free,
               bool first)
      : of_(std::move(of)),
        what_(std::move(what)),
        folder_(std::move(folder)),
        left_free_(left_free),
        first_(first),
        wakeup_(of_->on_.make_wakeup([to = of_.get()] { to->progressed(); })),
        progress_(std::make_shared<work_progress>([to = wakeup_.get()] { to->notify(); })) {}

  [[nodiscard]] const std::shared_ptr<work_progress>& progress() const noexcept { return progress_; }

  void run() noexcept override {
    try {
      how_ = make();
    } catch (const std::exception& thrown) {
      how_ = failure{archive_error{archive_errc::unreadable, thrown.what()}};
    } catch (...) {
      how_ = failure{archive_error{archive_errc::unreadable, "an exception of an unknown type"}};
    }
    what_.files = nullptr;
  }

  void done() noexcept override { of_->ended(std::move(how_)); }

private:
  result<void, archive_error> make() {
    std::error_code failed;
    std::filesystem::create_directories(folder_, failed);
    if (failed) return failure{archive_error{archive_errc::unwritable, folder_ + ": " + failed.message()}};
    if (first_) remove_leftovers(folder_, file_prefix);
    PAPPUS_TRY(plan, plan_archive(what_.files()));
    PAPPUS_TRY_DISCARD(check_space(folder_, plan.bytes, left_free_));
    progress_->expect(plan.bytes);
    return pack(plan, of_->path_, *progress_);
  }

  std::shared_ptr<made_archive> of_;
  archive_job what_;
  std::string folder_;
  std::uint64_t left_free_;
  bool first_;
  std::unique_ptr<io::wakeup> wakeup_;
  std::shared_ptr<work_progress> progress_;
  result<void, archive_error> how_;
};

made_archive::made_archive(io::runtime& on, archive_service& of, const archive_job& what, std::string path)
    : on_(on), of_(&of), what_{what.block, what.height}, path_(std::move(path)) {}

made_archive::~made_archive() {
  if (made_at_) remove_soon(on_, std::move(path_));
}

void made_archive::start(archive_job what, std::string folder, std::uint64_t left_free, bool first) {
  auto work = std::make_unique<packing_work>(shared_from_this(), std::move(what), std::move(folder), left_free, first);
  progress_ = work->progress();
  on_.submit(std::move(work));
}

void made_archive::orphan() noexcept {
  of_ = nullptr;
  if (packing()) progress_->give_up();
}

void made_archive::progressed() {
  if (of_ != nullptr) of_->progressed(*this);
  wake_followers();
}

/// The waiting readers are ordered: each has read at least as far as the one before it. Any reader may leave the list
/// when another is woken.
void made_archive::wake_followers() {
  while (archive_reader* const next = waiting_.first()) {
    if (!next->has_news()) return;
    waiting_.remove(*next);
    next->look_again();
  }
}

void made_archive::ended(result<void, archive_error> how) {
  if (how) made_at_ = on_.now();
  else failed_ = std::move(how).error();
  if (of_ != nullptr) of_->ended(*this);
  wake_followers();
}

}  // namespace pappus::integration
