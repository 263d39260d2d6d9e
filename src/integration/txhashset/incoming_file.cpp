#include "incoming_file.hpp"

#include <cerrno>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <system_error>
#include <utility>

#include <pappus/io/random.hpp>

#include "removal.hpp"
#include "submit_work.hpp"

namespace pappus::integration {
namespace {

std::error_code code_of(const archive_error& fault) noexcept {
  const bool full = fault.code == archive_errc::disk_full;
  return std::make_error_code(full ? std::errc::no_space_on_device : std::errc::io_error);
}

}  // namespace

archive_download::incoming_file::incoming_file(io::runtime& network, archive_download_options options)
    : runtime(network), how(std::move(options)) {
  const std::string name = how.folder + "/" + incoming_prefix + std::to_string(io::random_bits(runtime));
  path = name + ".zip";
  unpacked_path = name;
}

archive_download::incoming_file::~incoming_file() {
  file.reset();
  if (!there) return;
  remove_soon(runtime, path);
}

void archive_download::incoming_file::report(archive_download_report::stage stage, std::uint64_t bytes,
                                             std::uint64_t total) const {
  if (how.progress) how.progress({stage, bytes, total});
}

result<void, archive_error> archive_download::incoming_file::create() {
  std::error_code failed;
  std::filesystem::create_directories(how.folder, failed);
  if (failed) return failure{archive_error{archive_errc::unwritable, how.folder + ": " + failed.message()}};
  PAPPUS_TRY_DISCARD(check_space(how.folder, how.max_bytes, how.unpacked.min_free_space));
  PAPPUS_TRY(made, disk_file::create(path));
  file.emplace(std::move(made));
  there = true;
  look_again_at = limits::disk_check_bytes;
  return {};
}

result<void, archive_error> archive_download::incoming_file::store(std::span<const io::const_buffer> bytes) {
  for (const io::const_buffer& each : bytes) {
    PAPPUS_TRY_DISCARD(file->write(each));
    stored += each.size();
  }
  if (stored < look_again_at) return {};
  look_again_at = stored + limits::disk_check_bytes;
  return check_space(how.folder, 0, how.unpacked.min_free_space);
}

void archive_download::incoming_file::remove() noexcept { there = std::remove(path.c_str()) != 0 && errno != ENOENT; }

class archive_download::incoming_file_stream::storing_work final : public io::work {
public:
  storing_work(incoming_file_stream& by, std::span<const io::const_buffer> bytes) : by_(by), at_(by.at_) {
    for (const io::const_buffer& each : bytes) buffers_[count_++] = each;
  }

  void run() noexcept override {
    try {
      auto stored = at_->store(std::span{buffers_}.first(count_));
      if (!stored) failed_ = code_of(std::move(stored).error());
    } catch (const std::exception&) {
      failed_ = std::make_error_code(std::errc::not_enough_memory);
    }
  }
  void on_complete() noexcept override { by_.on_stored(io::total_size(std::span{buffers_}.first(count_)), failed_); }

  static constexpr std::size_t max = 4;

private:
  incoming_file_stream& by_;  // exists while a write is pending
  std::shared_ptr<incoming_file> at_;
  std::array<io::const_buffer, max> buffers_;
  std::size_t count_ = 0;
  std::error_code failed_;
};

bool archive_download::incoming_file_stream::begin_read() noexcept {
  return fail_read_now(std::make_error_code(std::errc::bad_file_descriptor));
}

bool archive_download::incoming_file_stream::begin_write() noexcept {
  const std::error_code error = store_next();
  return !error || fail_write_now(error);
}

std::error_code archive_download::incoming_file_stream::store_next() noexcept {
  std::array<io::const_buffer, storing_work::max> next;
  const std::size_t count =
      for_each_pending_buffer(next.size(), [&](std::size_t i, io::const_buffer bytes) { next[i] = bytes; });
  const auto bytes = std::span<const io::const_buffer>{next}.first(count);
  if (io::total_size(bytes) > at_->how.max_bytes - taken_) return std::make_error_code(std::errc::file_too_large);
  if (!at_->file) return std::make_error_code(std::errc::bad_file_descriptor);
  if (submit_work<storing_work>(at_->runtime, *this, bytes) == nullptr)
    return std::make_error_code(std::errc::not_enough_memory);
  taken_ += io::total_size(bytes);
  return {};
}

void archive_download::incoming_file_stream::on_stored(std::size_t bytes, std::error_code failed) noexcept {
  if (failed) return fail_write(failed);
  at_->report(archive_download_report::stage::storing, taken_, 0);
  if (on_bytes_written(bytes) || write_stopped()) return deliver_write();
  if (const std::error_code error = store_next()) fail_write(error);
}

}  // namespace pappus::integration
