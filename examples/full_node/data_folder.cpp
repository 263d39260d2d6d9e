#include "full_node/data_folder.hpp"

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace full_node {
namespace {

std::runtime_error unusable(const std::filesystem::path& folder, const std::string& why) {
  return std::runtime_error{"cannot use the folder '" + folder.string() + "': " + why};
}

std::string last_error() { return std::generic_category().message(errno); }

int lock_of(const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) throw unusable(folder, failed.message());
  const int lock = ::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock == -1) throw unusable(folder, last_error());
  if (::flock(lock, LOCK_EX | LOCK_NB) == 0) return lock;
  const std::string why = errno == EWOULDBLOCK ? "another process uses it" : last_error();
  ::close(lock);
  throw unusable(folder, why);
}

}  // namespace

data_folder::data_folder(std::filesystem::path path) : path_(std::move(path)), lock_(lock_of(path_)) {}

data_folder::~data_folder() { ::close(lock_); }

}  // namespace full_node
