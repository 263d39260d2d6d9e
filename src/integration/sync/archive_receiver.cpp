#include <utility>

#include <pappus/coro/oneshot.hpp>
#include <pappus/integration/sync/archive_receiver.hpp>
#include <pappus/integration/txhashset/names.hpp>
#include <pappus/peer/session/session.hpp>

namespace pappus::integration {

namespace {

using archive_response = result<wire::messages::txhashset_archive, peer::request_error>;

[[nodiscard]] bool is_local(archive_errc error) noexcept {
  switch (error) {
    case archive_errc::busy:
    case archive_errc::abandoned:
    case archive_errc::unreadable:
    case archive_errc::unwritable:
    case archive_errc::disk_full: return true;
    default: return false;
  }
}

}  // namespace

archive_receiver::archive_receiver(io::runtime& runtime, peer::session_registry& sessions, peer::logger& log,
                                   std::string folder, std::uint64_t max_bytes)
    : runtime_(runtime), sessions_(sessions), log_(log), folder_(std::move(folder)), max_bytes_(max_bytes) {}

void archive_receiver::request(const sync_action::request_archive& what, result_handler done) {
  current_ = order{what, std::move(done)};
  has_order_.set();
}

void archive_receiver::cancel(sync_ticket which) noexcept {
  if (!current_ || current_->what.ticket != which) return;
  current_->is_canceled = true;
  peer::session* const sender = sessions_.find(current_->what.peer);
  if (current_->is_awaited && sender != nullptr) sender->end({peer::disconnect_reason::download_canceled, {}});
}

task<void> archive_receiver::run() {
  // Only once: when it has thrown and runs again, an archive may be here that waits to be imported.
  if (!are_leftovers_removed_ && !co_await archive_download::remove_leftovers(runtime_, folder_)) co_return;
  are_leftovers_removed_ = true;
  for (;;) {
    if (!co_await has_order_.wait()) co_return;
    received now;
    // If it throws the order has no result, and the next run must not repeat it.
    if (!std::exchange(is_receiving_, true)) now = co_await receive(current_->what);
    is_receiving_ = false;
    bytes_ = 0;
    has_order_.reset();
    const order done = *std::exchange(current_, std::nullopt);
    done.done(now.outcome, now.archive);
  }
}

task<archive_receiver::received> archive_receiver::receive(sync_action::request_archive what) {
  archive_download_options how;
  how.folder = folder_;
  how.max_bytes = max_bytes_;
  how.progress = [this](const archive_download_report& now) {
    if (now.at == archive_download_report::stage::storing) bytes_ = now.bytes;
  };
  auto opened = co_await archive_download::open(runtime_, std::move(how));
  if (!opened) co_return failed(what.peer, opened.error());
  std::unique_ptr<archive_download> download = *std::move(opened);

  peer::session* const asked = sessions_.find(what.peer);
  if (asked == nullptr || current_->is_canceled) co_return received{};
  const oneshot<archive_response> response;
  asked->request<peer::archive_request>({{what.block, what.height}, download->sink(), max_bytes_}, response);
  current_->is_awaited = true;
  const auto responded = co_await response.wait();
  current_->is_awaited = false;
  if (!responded) co_return received{};
  if (!*response) {
    const bool is_unstored = (*response).error() == peer::request_error::not_stored;
    co_return received{is_unstored ? std::optional{archive_outcome::unstored} : std::nullopt, nullptr};
  }
  const wire::messages::txhashset_archive given = **response;
  const auto verified = co_await download->verify(txhashset_names(given.block));
  if (!verified) co_return failed(what.peer, verified.error());
  const state_archive content{given.block, given.height, download->path()};
  co_return received{archive_outcome::stored,
                     std::make_shared<received_archive>(received_archive{content, std::move(download)})};
}

archive_receiver::received archive_receiver::failed(std::uint64_t peer, const archive_error& why) {
  if (why.code == archive_errc::abandoned) return {};
  const archive_outcome outcome = is_local(why.code) ? archive_outcome::unstored : archive_outcome::damaged;
  const auto level = outcome == archive_outcome::unstored ? peer::log_level::warning : peer::log_level::info;
  log_(level, peer::log_category::sync, [&] {
    const std::string fault = to_string(why);
    if (outcome == archive_outcome::unstored) return "an archive of the chain state cannot be stored: " + fault;
    return "peer " + std::to_string(peer) + " has sent a damaged archive of the chain state: " + fault;
  });
  return {outcome, nullptr};
}

}  // namespace pappus::integration
