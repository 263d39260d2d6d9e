#include "zip_ends.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <pappus/integration/txhashset/limits.hpp>

namespace pappus::integration {

bool zip_end::refuse(archive_error error) {
  const bool given_up = error.code == archive_errc::abandoned;
  zip_error_set(error_.get(), given_up ? ZIP_ER_CANCELLED : ZIP_ER_INTERNAL, 0);
  if (!failed_) failed_ = std::move(error);
  return false;
}

zip_int64_t zip_input::serve(void* self, void* data, zip_uint64_t length, zip_source_cmd_t command) noexcept {
  auto& input = *static_cast<zip_input*>(self);
  return input.guarded([&] { return input.handle(data, length, command); });
}

zip_int64_t zip_input::handle(void* data, zip_uint64_t length, zip_source_cmd_t command) {
  switch (command) {
    case ZIP_SOURCE_SUPPORTS:
      return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
                                            ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, -1);
    case ZIP_SOURCE_OPEN: return open();
    case ZIP_SOURCE_READ: return read({static_cast<std::byte*>(data), static_cast<std::size_t>(length)});
    case ZIP_SOURCE_CLOSE: file_.reset(); return 0;
    case ZIP_SOURCE_STAT: {
      zip_stat_t& status = *static_cast<zip_stat_t*>(data);
      zip_stat_init(&status);
      status.size = what_.bytes;
      status.valid = ZIP_STAT_SIZE;
      return sizeof status;
    }
    case ZIP_SOURCE_ERROR: return answer_error(data, length);
    case ZIP_SOURCE_FREE: return 0;
    default: return -1;
  }
}

zip_int64_t zip_input::open() {
  auto opened = disk_file::open(what_.path);
  if (!opened) return fail(std::move(opened).error());
  file_.emplace(std::move(opened).value());
  left_ = what_.bytes;
  held_ = {};
  return 0;
}

zip_int64_t zip_input::read(io::buffer into) {
  if (held_.empty() && left_ != 0 && !fetch()) return -1;
  const std::size_t count = std::min(held_.size(), into.size());
  if (count != 0) std::memcpy(into.data(), held_.data(), count);
  held_ = held_.subspan(count);
  return static_cast<zip_int64_t>(count);
}

bool zip_input::fetch() {
  if (progress_.is_canceled()) return refuse({archive_errc::abandoned, {}});
  piece_.resize(limits::archive_chunk_size);
  const auto max = static_cast<std::size_t>(std::min<std::uint64_t>(left_, piece_.size()));
  const auto count = file_->read(io::buffer{piece_}.first(max));
  if (!count) return refuse(count.error());
  if (*count != max) return refuse({archive_errc::unreadable, what_.path + " has become shorter"});
  held_ = io::const_buffer{piece_}.first(max);
  left_ -= max;
  return true;
}

zip_int64_t zip_output::serve(void* self, void* data, zip_uint64_t length, zip_source_cmd_t command) noexcept {
  auto& output = *static_cast<zip_output*>(self);
  return output.guarded([&] { return output.handle(data, length, command); });
}

zip_int64_t zip_output::handle(void* data, zip_uint64_t length, zip_source_cmd_t command) {
  switch (command) {
    case ZIP_SOURCE_SUPPORTS:  // libzip opens only sources that can also be read
      return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
                                            ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL,
                                            ZIP_SOURCE_SUPPORTS, ZIP_SOURCE_BEGIN_WRITE, ZIP_SOURCE_WRITE,
                                            ZIP_SOURCE_SEEK_WRITE, ZIP_SOURCE_TELL_WRITE, ZIP_SOURCE_COMMIT_WRITE,
                                            ZIP_SOURCE_ROLLBACK_WRITE, ZIP_SOURCE_REMOVE, -1);
    case ZIP_SOURCE_STAT:  // the file does not exist yet
      zip_error_set(error_.get(), ZIP_ER_READ, ENOENT);
      return -1;
    case ZIP_SOURCE_BEGIN_WRITE: return begin();
    case ZIP_SOURCE_WRITE: return write({static_cast<const std::byte*>(data), static_cast<std::size_t>(length)});
    case ZIP_SOURCE_SEEK_WRITE: return seek(data, length);
    case ZIP_SOURCE_TELL_WRITE: return static_cast<zip_int64_t>(at_);
    case ZIP_SOURCE_COMMIT_WRITE: return commit();
    case ZIP_SOURCE_ROLLBACK_WRITE: roll_back(); return 0;
    case ZIP_SOURCE_ERROR: return answer_error(data, length);
    case ZIP_SOURCE_FREE: return 0;
    default: zip_error_set(error_.get(), ZIP_ER_OPNOTSUPP, 0); return -1;
  }
}

zip_int64_t zip_output::begin() {
  auto created = disk_file::create(path_);
  if (!created) return fail(std::move(created).error());
  file_.emplace(std::move(created).value());
  piece_.reserve(limits::archive_chunk_size);
  return 0;
}

zip_int64_t zip_output::write(io::const_buffer bytes) {
  if (piece_.size() + bytes.size() > limits::archive_chunk_size && !flush()) return -1;
  piece_.insert(piece_.end(), bytes.begin(), bytes.end());
  at_ += bytes.size();
  end_ = std::max(end_, at_);
  if (end_ > plan_.bytes) return fail({archive_errc::wrong_size, "longer than planned"});
  return static_cast<zip_int64_t>(bytes.size());
}

zip_int64_t zip_output::seek(void* data, zip_uint64_t length) {
  const zip_int64_t to = zip_source_seek_compute_offset(at_, end_, data, length, error_.get());
  if (to < 0) return -1;
  if (!flush()) return -1;
  at_ = static_cast<std::uint64_t>(to);
  if (at_ < final_) return fail({archive_errc::unwritable, "libzip comes back to what was final"});
  if (auto moved = file_->seek(at_); !moved) return fail(std::move(moved).error());
  if (at_ == end_) note_final();
  return 0;
}

/// Called when libzip is back at the end: the header of the last entry is complete.
void zip_output::note_final() {
  final_ = end_;
  progress_.set_done(final_);
}

bool zip_output::flush() {
  if (progress_.is_canceled()) return refuse({archive_errc::abandoned, {}});
  if (auto written = file_->write(piece_); !written) return refuse(std::move(written).error());
  piece_.clear();
  return true;
}

zip_int64_t zip_output::commit() {
  if (!flush()) return -1;
  if (end_ != plan_.bytes) return fail({archive_errc::wrong_size, "shorter than planned"});
  file_.reset();
  note_final();
  return 0;
}

void zip_output::roll_back() noexcept {
  if (!file_) return;
  file_.reset();
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

}  // namespace pappus::integration
