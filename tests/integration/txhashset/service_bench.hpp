// An archive service in a folder of its own, and archives for it.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pappus/coro/event.hpp>
#include <pappus/integration/txhashset/service.hpp>
#include <pappus/uv/loop.hpp>

#include "integration/txhashset/files.hpp"

namespace archive_services {

using namespace pappus;
using namespace pappus::integration;
using support::noise_text;
using support::temporary_folder;
using support::write_file;

using outcome = result<peer::archive, archive_error>;

/// An archive service with a cache folder, and the reports of its progress.
struct service_bench {
  explicit service_bench(io::duration age = std::chrono::hours{1}, std::uint64_t min_free_space = 0) {
    archive_options how;
    how.folder = cache();
    how.max_age = age;
    how.min_free_space = min_free_space;
    how.progress = [this](const archive_report& report) { reports.push_back(report); };
    service.emplace(loop, how);
  }

  [[nodiscard]] std::string cache() const { return folder.file("cache"); }

  [[nodiscard]] archive_job order(std::vector<zip_entry> files, std::uint8_t block = 1) {
    archive_job what;
    what.block.raw[0] = std::byte{block};
    what.height = 720;
    what.files = [this, listed = std::move(files)] {
      ++listings;
      return listed;
    };
    return what;
  }

  temporary_folder folder;
  uv::loop loop;
  std::optional<archive_service> service;
  std::atomic<int> listings{0};
  std::vector<archive_report> reports;
};

/// Awaits the result of `archive_service::open`.
inline task<outcome> open(archive_service* from, archive_job what) {
  std::optional<outcome> given;
  event done;
  from->open(std::move(what), [&](outcome got) {
    given.emplace(std::move(got));
    done.set();
  });
  static_cast<void>(co_await done.wait());
  co_return std::move(*given);
}

/// Reads an archive to its end, `piece` bytes at a time.
inline task<void> read_all(io::stream* from, std::size_t piece, std::string* into, std::error_code* end) {
  std::vector<std::byte> bytes(piece);
  for (;;) {
    const auto count = co_await from->read_some(bytes);
    if (!count) {
      *end = count.error();
      co_return;
    }
    into->append(reinterpret_cast<const char*>(bytes.data()), *count);
  }
}

/// The files of an archive; the second is a pipe that is empty until `go_on`.
class blocked_files {
public:
  static constexpr std::size_t first_size = 500'000;
  static constexpr std::size_t second_size = 1'000'000;
  static constexpr std::size_t first_entry = 30 + 1 + first_size;

  explicit blocked_files(service_bench& at) : pipe_(at.folder.file("pipe")) {
    write_file(at.folder.file("a"), first);
    REQUIRE(::mkfifo(pipe_.c_str(), 0600) == 0);
    listed = {{"a", at.folder.file("a")}, {"b", pipe_, second_size}};
  }
  ~blocked_files() {
    if (!feeding_.joinable()) return;
    read_rest();
    feeding_.join();
  }

  void unblock() {
    feeding_ = std::thread{[this] {
      std::ofstream{pipe_, std::ios::binary} << second;
      fed_ = true;
    }};
  }

  const std::string first = noise_text(first_size, 1);
  const std::string second = noise_text(second_size, 2);
  std::vector<zip_entry> listed;

private:
  /// Empties the pipe for a service that stopped reading, so that the writing thread ends.
  void read_rest() {
    const int rest = ::open(pipe_.c_str(), O_RDONLY | O_NONBLOCK);
    std::array<char, 65'536> block;
    while (!fed_) {
      if (::read(rest, block.data(), block.size()) <= 0) std::this_thread::yield();
    }
    ::close(rest);
  }

  std::string pipe_;
  std::atomic<bool> fed_{false};
  std::thread feeding_;
};

}  // namespace archive_services
