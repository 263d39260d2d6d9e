// Benchmark of packing a txhashset archive and of streaming it while it is packed. The reference is libzip alone, which
// writes the same files to a zip file without a reader.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <zip.h>

#include <pappus/coro/event.hpp>
#include <pappus/integration/txhashset/pack.hpp>
#include <pappus/integration/txhashset/service.hpp>
#include <pappus/integration/txhashset/unpack.hpp>
#include <pappus/uv/loop.hpp>

#include "../support/median.hpp"

namespace {

using namespace pappus;
using namespace integration;
using benchmarks::median;
using std::chrono::steady_clock;

namespace fs = std::filesystem;

constexpr std::size_t rounds = 7;
constexpr std::size_t file_size = 32 << 20;

double seconds(steady_clock::duration length) { return std::chrono::duration<double>{length}.count(); }

void require(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

/// A temporary folder with as many files as Grin's archive has, all of one size.
class workplace {
public:
  workplace() {
    std::string pattern = (fs::temp_directory_path() / "pappus.XXXXXX").string();
    require(::mkdtemp(pattern.data()) != nullptr, "no folder");
    folder_ = pattern;
    std::string content(file_size, '\0');
    std::uint32_t state = 1;
    for (const std::string& name : txhashset_files({})) {
      for (char& each : content) each = static_cast<char>((state = state * 1'664'525 + 1'013'904'223) >> 24);
      files.push_back({name, path(std::to_string(files.size()))});
      std::ofstream{files.back().path, std::ios::binary} << content;
    }
  }
  workplace(const workplace&) = delete;
  workplace& operator=(const workplace&) = delete;
  ~workplace() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }

  std::vector<zip_entry> files;

private:
  fs::path folder_;
};

/// Returns the duration of `work` in seconds. Removes the file or folder `makes` afterwards.
double timed(const std::string& makes, const std::function<void()>& work) {
  const auto start = steady_clock::now();
  work();
  const double took = seconds(steady_clock::now() - start);
  fs::remove_all(makes);
  return took;
}

void libzip_alone(const workplace& at) {
  zip_t* const archive = zip_open(at.path("zip").c_str(), ZIP_CREATE | ZIP_EXCL, nullptr);
  require(archive != nullptr, "zip_open");
  for (const zip_entry& each : at.files) {
    zip_source_t* const source = zip_source_file(archive, each.path.c_str(), 0, 0);
    const zip_int64_t index = zip_file_add(archive, each.name.c_str(), source, 0);
    require(index >= 0, "zip_file_add");
    require(zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0) == 0, "store");
  }
  require(zip_close(archive) == 0, "zip_close");
}

void pack_alone(const workplace& at) {
  const auto plan = plan_archive(at.files);
  work_progress progress;
  require(plan.has_value() && pack(*plan, at.path("zip"), progress).has_value(), "pack");
}

struct followed {
  double first = 0;  // seconds until the first bytes are available
  double all = 0;
  double packed = 0;  // fraction that was packed when the first bytes were read
};

task<followed> follow(uv::loop* loop, const workplace* at) {
  archive_options how;
  how.folder = at->path("cache");
  double so_far = 0;
  how.progress = [&so_far](const archive_report& said) {
    so_far = static_cast<double>(said.packed) / static_cast<double>(std::max<std::uint64_t>(said.bytes, 1));
  };
  archive_service service{*loop, how};
  archive_job what;
  what.files = [files = at->files] { return files; };
  event there;
  std::optional<peer::archive> given;
  const auto start = steady_clock::now();
  service.open(std::move(what), [&](auto opened) {
    given = std::move(opened).value();
    there.set();
  });
  static_cast<void>(co_await there.wait());
  std::vector<std::byte> piece(256 * 1024);
  followed took;
  for (std::uint64_t left = given->description.bytes; left != 0;) {
    const auto count = co_await given->content->read_some(piece);
    require(count.has_value(), "read");
    if (left == given->description.bytes) {
      took.first = seconds(steady_clock::now() - start);
      took.packed = so_far;
    }
    left -= *count;
  }
  took.all = seconds(steady_clock::now() - start);
  co_return took;
}

void unpack_again(const workplace& at) {
  work_progress progress;
  require(unpack(at.path("zip"), at.path("out"), txhashset_names(), {}, progress).has_value(), "unpack");
}

void print(const char* what, const std::vector<double>& took, double bytes) {
  std::printf("  %-52s %6.0f MB/s\n", what, bytes / median(took) * 1e-6);
}

}  // namespace

int main() {
  const workplace at;
  const double bytes = static_cast<double>(file_size * at.files.size());
  std::vector<double> alone;
  std::vector<double> packing;
  std::vector<double> following;
  std::vector<double> unpacking;
  std::vector<double> first;
  std::vector<double> share;
  std::vector<double> ratios;
  for (std::size_t round = 0; round != rounds; ++round) {
    alone.push_back(timed(at.path("zip"), [&] { libzip_alone(at); }));
    packing.push_back(timed(at.path("zip"), [&] { pack_alone(at); }));
    uv::loop loop;
    const followed took = loop.run(follow(&loop, &at));
    fs::remove_all(at.path("cache"));
    following.push_back(took.all);
    first.push_back(took.first * 1e3);
    share.push_back(took.packed * 100);
    ratios.push_back(took.all / alone.back());
    pack_alone(at);
    unpacking.push_back(timed(at.path("out"), [&] { unpack_again(at); }));
    fs::remove(at.path("zip"));
  }
  std::printf("an archive of %zu files of %zu MiB, medians of %zu rounds\n", at.files.size(), file_size >> 20, rounds);
  print("libzip alone, from files to a file", alone, bytes);
  print("the packer alone, likewise", packing, bytes);
  print("the service, until a reader has it all", following, bytes);
  std::printf("  %-52s %6.2f times as long\n", "the last beside the first, in the same round", median(ratios));
  std::printf("  %-52s %6.0f ms, %.0f%% packed\n", "until that reader has the first bytes", median(first),
              median(share));
  print("unpacking, all checks included", unpacking, bytes);
}
