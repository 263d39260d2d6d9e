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
  if (file_->work) file_->work->cancel();
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

template <class Given>
task<result<Given, archive_error>> archive_download::process_file(
    std::shared_ptr<incoming_file> at, archive_download_report::stage stage,
    std::function<result<Given, archive_error>(incoming_file& file)> process) {
  const auto report = [stage](const incoming_file& of) { of.report(stage, of.work->bytes(), of.work->total()); };
  at->file.reset();
  at->woken = at->runtime.make_wakeup([to = at.get(), report] { report(*to); });
  at->work = std::make_unique<work_progress>([to = at->woken.get()] { to->notify(); });
  auto processing = io::offload(at->runtime, [at, process = std::move(process)] {
    return guarded<result<Given, archive_error>>([&at, &process] { return process(*at); });
  });
  auto processed = co_await processing;
  if (!processed) {
    at->work->cancel();
    co_return failure{given_up()};
  }
  at->woken.reset();
  if (*processed) report(*at);
  co_return std::move(*processed);
}

task<result<unpacked_folder, archive_error>> archive_download::unpack(std::vector<allowed_name> allowed) {
  return process_file<unpacked_folder>(
      file_, archive_download_report::stage::unpacking, [names = std::move(allowed)](incoming_file& file) {
        auto given = guarded<result<unpacked_folder, archive_error>>(
            [&] { return integration::unpack(file.path, file.unpacked_path, names, file.how.unpacked, *file.work); });
        file.remove();
        return given;
      });
}

task<result<void, archive_error>> archive_download::verify(std::vector<allowed_name> allowed) {
  return process_file<void>(file_, archive_download_report::stage::verifying,
                            [names = std::move(allowed)](incoming_file& file) {
                              return verify_archive(file.path, names, file.how.unpacked, *file.work);
                            });
}

const std::string& archive_download::path() const noexcept { return file_->path; }

task<result<void>> archive_download::discard() {
  auto removing = io::offload(file_->runtime, [at = file_] { at->remove(); });
  const auto removed = co_await removing;
  if (!removed) co_return failure{removed.error()};
  co_return result<void>{};
}

}  // namespace pappus::integration
