// SQLite stores opened from files, and the files of a folder byte for byte.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>
#include <support/temporary_folder.hpp>

#include <pappus/peer/store/sqlite_store.hpp>

#include "peer/store/samples.hpp"

namespace store_files {

using namespace samples;

namespace fs = std::filesystem;

inline void check_refused(const std::string& file, peer::store_errc why, const char* vfs = nullptr) {
  CAPTURE(file);
  const auto refused = peer::sqlite_store::open(file, key(9), vfs);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error() == why);
  const std::string text = refused.error().message();
  CHECK(text.find('\n') == text.npos);
}

inline peer::opened_store opened(const std::string& file) {
  auto given = peer::sqlite_store::open(file, key(9));
  REQUIRE(given.has_value());
  return *std::move(given);
}

inline std::string bytes_of(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

inline void put_bytes(const fs::path& file, std::string_view bytes) {
  std::ofstream out{file, std::ios::binary | std::ios::trunc};
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// All files of a folder, byte for byte.
inline std::map<std::string, std::string> files_in(const support::temporary_folder& folder) {
  std::map<std::string, std::string> all;
  for (const auto& each : fs::directory_iterator{folder.file("")}) {
    all.emplace(each.path().filename().string(), each.is_regular_file() ? bytes_of(each.path()) : "");
  }
  return all;
}

}  // namespace store_files
