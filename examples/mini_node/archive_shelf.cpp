#include "archive_shelf.hpp"

#include <filesystem>
#include <system_error>
#include <vector>

#include <pappus/integration/txhashset/names.hpp>
#include <pappus/uv/file.hpp>

namespace mini_node {

namespace integration = pappus::integration;
namespace peer = pappus::peer;

namespace {

/// Lists the existing files. Called on a worker thread. Missing files are left out: the receiver must check for
/// completeness.
std::vector<integration::zip_entry> files_in(const std::string& folder, const pappus::wire::hash& block) {
  std::vector<integration::zip_entry> found;
  for (std::string& name : integration::txhashset_files(block)) {
    std::string path = folder + "/" + name;
    std::error_code unknown;
    if (std::filesystem::is_regular_file(path, unknown)) found.push_back({std::move(name), std::move(path)});
  }
  return found;
}

}  // namespace

void archive_shelf::keep_file(std::string path, const pappus::wire::messages::txhashset_request& at) {
  path_ = std::move(path);
  at_ = at;
  packs_.reset();
}

void archive_shelf::keep_folder(std::string path, std::string cache,
                                const pappus::wire::messages::txhashset_request& at) {
  path_ = std::move(path);
  at_ = at;
  packs_.emplace(on_, integration::archive_options{std::move(cache)});
}

void archive_shelf::open(const integration::responder<std::optional<peer::archive>>& to) {
  if (!packs_) return to(open_file());
  integration::archive_job order{at_.block, at_.height,
                                 [path = path_, block = at_.block] { return files_in(path, block); }};
  packs_->open(std::move(order), [to](pappus::result<peer::archive, integration::archive_error> opened) {
    to(opened ? std::optional{*std::move(opened)} : std::nullopt);
  });
}

std::optional<peer::archive> archive_shelf::open_file() const {
  if (path_.empty()) return std::nullopt;
  std::error_code unknown;
  const auto size = std::filesystem::file_size(path_, unknown);
  auto opened = pappus::uv::open_file(on_, path_, pappus::uv::open_mode::read);
  if (unknown || !opened) return std::nullopt;
  peer::archive given;
  given.description = {at_.block, at_.height, size};
  given.content = *std::move(opened);
  return given;
}

}  // namespace mini_node
