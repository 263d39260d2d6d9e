#include <cstddef>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include <zip.h>

#include <pappus/integration/txhashset/unpack.hpp>

#include "disk_file.hpp"
#include "zip_checks.hpp"
#include "zip_library.hpp"

namespace pappus::integration {
namespace {

namespace fs = std::filesystem;

struct zip_file_closer {
  void operator()(zip_file_t* file) const noexcept { zip_fclose(file); }
};

/// Inflates the files of a checked archive one after the other.
class inflation {
public:
  inflation(checked_zip& from, work_progress& progress)
      : from_(from), progress_(progress), piece_(limits::archive_chunk_size) {}

  /// Passes each piece of a file to `take`, which may fail.
  template <class Take>
  result<void, archive_error> inflate(zip_uint64_t index, Take take);

private:
  result<std::size_t, archive_error> read(zip_file_t& file);

  checked_zip& from_;
  work_progress& progress_;
  std::vector<std::byte> piece_;
  std::uint64_t out_ = 0;
};

result<std::size_t, archive_error> inflation::read(zip_file_t& file) {
  const zip_int64_t count = zip_fread(&file, piece_.data(), piece_.size());
  if (count >= 0) return static_cast<std::size_t>(count);
  zip_error_t* const failed = zip_file_get_error(&file);
  const bool other_size = zip_error_code_zip(failed) == ZIP_ER_INCONS;
  return failure{fault_from(failed, other_size ? archive_errc::wrong_size : archive_errc::damaged)};
}

template <class Take>
result<void, archive_error> inflation::inflate(zip_uint64_t index, Take take) {
  const checked_zip::entry& entry = from_.entries[index];
  const std::unique_ptr<zip_file_t, zip_file_closer> file{zip_fopen_index(from_.archive.get(), index, 0)};
  if (!file) return failure{fault_from(zip_get_error(from_.archive.get()), archive_errc::damaged)};
  for (std::uint64_t left = entry.bytes;;) {
    if (progress_.is_canceled()) return failure{archive_error{archive_errc::abandoned, {}}};
    PAPPUS_TRY(count, read(*file));
    if (count > left || (count == 0 && left != 0)) return failure{archive_error{archive_errc::wrong_size, entry.name}};
    if (count == 0) return {};
    PAPPUS_TRY_DISCARD(take(io::const_buffer{piece_}.first(count)));
    left -= count;
    out_ += count;
    progress_.set_done(out_);
  }
}

/// Writes the files into a folder.
class extraction {
public:
  extraction(checked_zip& from, std::string into, const unpack_limits& max, work_progress& progress)
      : from_(from), into_(std::move(into)), most_(max), inflation_(from, progress) {}

  result<void, archive_error> extract(zip_uint64_t index);

private:
  result<disk_file, archive_error> create(const std::string& name) const;
  result<void, archive_error> look_at_space();

  checked_zip& from_;
  std::string into_;
  const unpack_limits& most_;
  inflation inflation_;
  std::uint64_t out_ = 0;
  std::uint64_t look_again_at_ = 0;
};

result<disk_file, archive_error> extraction::create(const std::string& name) const {
  const fs::path path = fs::path{into_} / name;
  std::error_code failed;
  fs::create_directories(path.parent_path(), failed);
  if (failed) return failure{archive_error{archive_errc::unwritable, path.string() + ": " + failed.message()}};
  return disk_file::create(path.string());
}

/// Checks the free space again from time to time: other programs write to the disk, too.
result<void, archive_error> extraction::look_at_space() {
  if (out_ < look_again_at_) return {};
  look_again_at_ = out_ + limits::disk_check_bytes;
  return check_space(into_, from_.bytes - out_, most_.min_free_space);
}

result<void, archive_error> extraction::extract(zip_uint64_t index) {
  PAPPUS_TRY(target, create(from_.entries[index].name));
  return inflation_.inflate(index, [&](io::const_buffer piece) -> result<void, archive_error> {
    PAPPUS_TRY_DISCARD(look_at_space());
    out_ += piece.size();
    return target.write(piece);
  });
}

}  // namespace

unpacked_folder::~unpacked_folder() {
  if (path_.empty()) return;
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

result<unpacked_folder, archive_error> unpack(const std::string& archive, const std::string& target,
                                              std::span<const allowed_name> allowed, const unpack_limits& max,
                                              work_progress& progress) {
  PAPPUS_TRY(checked, check_zip(archive, allowed, max));
  progress.set_total(checked.bytes);
  std::error_code failed;
  if (!fs::create_directory(target, failed)) {
    return failure{archive_error{archive_errc::unwritable, target + (failed ? ": " + failed.message() : " is there")}};
  }
  std::vector<std::string> names;
  for (const checked_zip::entry& each : checked.entries) names.push_back(each.name);
  unpacked_folder made{target, std::move(names)};
  extraction unpacking{checked, target, max, progress};
  for (zip_uint64_t index = 0; index != checked.entries.size(); ++index) {
    PAPPUS_TRY_DISCARD(unpacking.extract(index));
  }
  return made;
}

result<void, archive_error> verify_archive(const std::string& archive, std::span<const allowed_name> allowed,
                                           const unpack_limits& max, work_progress& progress) {
  PAPPUS_TRY(checked, check_zip(archive, allowed, max));
  progress.set_total(checked.bytes);
  inflation verifying{checked, progress};
  for (zip_uint64_t index = 0; index != checked.entries.size(); ++index) {
    PAPPUS_TRY_DISCARD(verifying.inflate(index, [](io::const_buffer) { return result<void, archive_error>{}; }));
  }
  return {};
}

}  // namespace pappus::integration
