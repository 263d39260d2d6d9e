#include <exception>
#include <string>
#include <utility>

#include <pappus/integration/txhashset/archive_download.hpp>
#include <pappus/io/offload.hpp>

#include "incoming_file.hpp"

namespace pappus::integration {
namespace {

archive_error given_up() { return {archive_errc::abandoned, {}}; }

/// Runs `function` on the worker thread. Turns an exception into an error.
template <class Result, class Function>
Result guarded(const Function& function) noexcept {
  try {
    return function();
  } catch (const std::exception& thrown) {
    return failure{archive_error{archive_errc::unwritable, thrown.what()}};
  }
}

}  // namespace

archive_download::archive_download(std::shared_ptr<incoming_file> at) noexcept : file_(std::move(at)) {}

archive_download::~archive_download() {
  file_->how.progress = nullptr;
  if (file_->unpacking) file_->unpacking->cancel();
}

task<result<std::unique_ptr<archive_download>, archive_error>> archive_download::open(
    io::runtime& runtime, archive_download_options options) {
  auto at = std::make_shared<incoming_file>(runtime, std::move(options));
  auto creating =
      io::offload(runtime, [at] { return guarded<result<void, archive_error>>([&at] { return at->create(); }); });
  const auto created = co_await creating;
  if (!created) co_return failure{given_up()};
  if (!*created) co_return failure{created->error()};
  co_return std::unique_ptr<archive_download>{new archive_download{std::move(at)}};
}

task<result<void>> archive_download::remove_leftovers(io::runtime& runtime, std::string folder) {
  auto removing = io::offload(runtime, [folder] { integration::remove_leftovers(folder, incoming_prefix); });
  const auto removed = co_await removing;
  if (!removed) co_return failure{removed.error()};
  co_return result<void>{};
}

io::stream_ptr archive_download::sink() { return io::stream_ptr{new incoming_file_stream{file_}}; }

std::uint64_t archive_download::max_bytes() const noexcept { return file_->how.max_bytes; }

task<result<unpacked_folder, archive_error>> archive_download::unpack(std::vector<allowed_name> allowed) {
  const std::shared_ptr<incoming_file> at = file_;
  const auto report = [](const incoming_file& of) {
    of.report(archive_download_report::stage::unpacking, of.unpacking->bytes(), of.unpacking->total());
  };
  at->file.reset();
  at->woken = at->runtime.make_wakeup([to = at.get(), report] { report(*to); });
  at->unpacking = std::make_unique<work_progress>([to = at->woken.get()] { to->notify(); });
  auto unpacking = io::offload(at->runtime, [at, names = std::move(allowed)] {
    auto given = guarded<result<unpacked_folder, archive_error>>([&at, &names] {
      return integration::unpack(at->path, at->unpacked_path, names, at->how.unpacked, *at->unpacking);
    });
    at->remove();
    return given;
  });
  auto unpacked = co_await unpacking;
  if (!unpacked) {
    at->unpacking->cancel();
    co_return failure{given_up()};
  }
  at->woken.reset();
  if (*unpacked) report(*at);
  co_return std::move(*unpacked);
}

task<result<void>> archive_download::discard() {
  auto removing = io::offload(file_->runtime, [at = file_] { at->remove(); });
  const auto removed = co_await removing;
  if (!removed) co_return failure{removed.error()};
  co_return result<void>{};
}

}  // namespace pappus::integration
