// Files for archives, and their content.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <support/temporary_folder.hpp>

#include <pappus/integration/txhashset/names.hpp>
#include <pappus/integration/txhashset/pack.hpp>

namespace support {

inline void write_file(const std::string& path, const std::string& content) {
  std::filesystem::create_directories(std::filesystem::path{path}.parent_path());
  std::ofstream file{path, std::ios::binary};
  file << content;
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

[[nodiscard]] inline std::string read_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// Text without a pattern, different for each seed.
[[nodiscard]] inline std::string noise_text(std::size_t size, std::uint32_t seed) {
  std::string made(size, '\0');
  for (char& each : made) each = static_cast<char>((seed = seed * 1'664'525 + 1'013'904'223) >> 24);
  return made;
}

/// The number of entries below a folder; zero if there is no such folder.
[[nodiscard]] inline std::size_t things_in(const std::string& folder) {
  if (!std::filesystem::exists(folder)) return 0;
  const std::filesystem::recursive_directory_iterator all{folder};
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// The files of a txhashset, each with different content.
struct chain_files {
  explicit chain_files(const temporary_folder& in, std::size_t size = 100'000,
                       const pappus::wire::hash& at = pappus::wire::blake2b({}))
      : block(at) {
    std::uint32_t seed = 1;
    for (const std::string& name : pappus::integration::txhashset_files(block)) {
      contents.push_back(noise_text(size * (seed % 4), seed));
      listed.push_back({name, in.file("chain/" + name)});
      write_file(listed.back().path, contents.back());
      ++seed;
    }
  }

  /// Whether exactly these files are in that folder.
  [[nodiscard]] bool are_in(const std::string& folder) const {
    constexpr std::size_t folders = 3;
    bool same = things_in(folder) == listed.size() + folders;
    for (std::size_t i = 0; i != listed.size(); ++i) {
      same = same && read_file(folder + "/" + listed[i].name) == contents[i];
    }
    return same;
  }

  pappus::wire::hash block;
  std::vector<pappus::integration::zip_entry> listed;
  std::vector<std::string> contents;
};

}  // namespace support
