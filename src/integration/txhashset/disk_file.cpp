#include "disk_file.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace pappus::integration {
namespace {

namespace fs = std::filesystem;

/// The error in `errno`, for `path`. ENOSPC becomes `disk_full`.
failure<archive_error> failed(archive_errc error, const std::string& path) {
  const int reason = errno;
  if (reason == ENOSPC) error = archive_errc::disk_full;
  return failure{archive_error{error, path + ": " + std::generic_category().message(reason)}};
}

int seek_far(std::FILE* file, std::uint64_t to) noexcept {
#ifdef _WIN32
  return _fseeki64(file, static_cast<long long>(to), SEEK_SET);
#else
  return fseeko(file, static_cast<off_t>(to), SEEK_SET);
#endif
}

}  // namespace

disk_file::disk_file(std::FILE* file, std::string path) noexcept : file_(file), path_(std::move(path)) {
  std::setvbuf(file, nullptr, _IONBF, 0);
}

result<disk_file, archive_error> disk_file::open(const std::string& path) {
  std::FILE* const file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return failed(archive_errc::unreadable, path);
  return disk_file{file, path};
}

result<disk_file, archive_error> disk_file::create(const std::string& path) {
  std::FILE* const file = std::fopen(path.c_str(), "wbx");
  if (file == nullptr) return failed(archive_errc::unwritable, path);
  return disk_file{file, path};
}

result<std::size_t, archive_error> disk_file::read(io::buffer into) {
  std::clearerr(file_.get());  // clears end-of-file: the file may have grown since
  const std::size_t count = std::fread(into.data(), 1, into.size(), file_.get());
  if (std::ferror(file_.get()) != 0) return failed(archive_errc::unreadable, path_);
  return count;
}

result<void, archive_error> disk_file::write(io::const_buffer bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) {
    return failed(archive_errc::unwritable, path_);
  }
  return {};
}

result<void, archive_error> disk_file::seek(std::uint64_t to) {
  if (seek_far(file_.get(), to) != 0) return failed(archive_errc::unreadable, path_);
  return {};
}

result<void, archive_error> check_space(const std::string& folder, std::uint64_t bytes, std::uint64_t min_free_space) {
  std::error_code failed_with;
  const fs::space_info there = fs::space(folder, failed_with);
  if (failed_with) return failure{archive_error{archive_errc::unwritable, folder + ": " + failed_with.message()}};
  if (there.available >= min_free_space && there.available - min_free_space >= bytes) return {};
  return failure{archive_error{archive_errc::disk_full, std::to_string(there.available) + " bytes are free, " +
                                                            std::to_string(bytes) + " are needed, and " +
                                                            std::to_string(min_free_space) + " are to be left"}};
}

void remove_leftovers(const std::string& folder, const std::string& prefix) noexcept {
  try {
    std::error_code ignored;
    for (fs::directory_iterator at{folder, ignored}, end; at != end; at.increment(ignored)) {
      if (at->path().filename().string().starts_with(prefix)) fs::remove_all(at->path(), ignored);
    }
  } catch (const std::exception&) {
    // Leftovers only cost disk space.
  }
}

}  // namespace pappus::integration
