// Data that a session processes while it arrives: batches of headers, archives, and long lists to be hashed.
#include <algorithm>
#include <string>
#include <utility>

#include <pappus/peer/session/limits.hpp>
#include <pappus/peer/session/session.hpp>

namespace pappus::peer {

using wire::messages::txhashset_archive;

/// Hands on the headers before the first one that is from the future; the later ones build on that.
void session::hand_on(std::span<const wire::header> batch) {
  if (headers_.cut) return;
  const auto early =
      std::ranges::find_if(batch, [this](const wire::header& each) { return above_.chain.is_from_future(each); });
  headers_.cut = early != batch.end();
  batch = batch.first(static_cast<std::size_t>(early - batch.begin()));
  headers_.taken += batch.size();
  const headers_request& asked = *asked_.first<headers_request>();
  if (asked.handler && !batch.empty()) asked.handler(batch);
}

/// Hands on the headers that have arrived since the last call. `whole`: the message is complete.
void session::take_headers(wire::bytes_view arrived, bool whole) {
  const auto refuse = [this](const wire::decode_error& fault) { end(disconnect_info_from(fault)); };
  while (asked_.first<headers_request>() != nullptr) {
    const auto batch = headers_.reader.next(arrived, over_.spoken(), limits::headers_batch_size);
    if (!batch) return refuse(batch.error());
    if (batch->empty()) break;
    asked_.hold_first<headers_request>();  // from here on the timeout of the frame applies
    hand_on(*batch);
    if (ended_) return;
  }
  if (!whole) return;
  const auto finished = std::exchange(headers_, {});
  if (asked_.first<headers_request>() == nullptr) return;  // not requested, or the request is not open any more
  if (const auto sound = finished.reader.finish(arrived, over_.spoken()); !sound) return refuse(sound.error());
  asked_.answer<headers_request>(finished.taken);
}

/// Hashes the part of a transaction or a block that has arrived and was not hashed yet, so that the cost does not fall
/// due all at once with the last piece.
void session::check_lists(const wire::frame& arriving) {
  const std::size_t before = lists_.end;
  if (arriving.body.size() - before < limits::arriving_chunk_size) return;
  const auto sound = session_messages::check_prefix(arriving, over_.spoken(), lists_);
  runtime_.ready().charge(limits::lists_cost(lists_.end - before));
  if (!sound) end(disconnect_info_from(sound.error()));
}

/// Writes an archive to the target of its request as it arrives; at most one piece is held. The time limit covers both
/// arriving and being stored.
task<void> session::take_archive(io::deadline& alive) {
  const txhashset_archive said = *std::exchange(archive_, std::nullopt);
  asked_.hold_first<archive_request>();
  io::stream& into = *asked_.first<archive_request>()->sink;
  const io::time_point due = io::saturating_add(runtime_.now(), limits::frame_body_timeout(said.bytes));
  wire::bytes piece = over_.take_unframed(said.bytes);
  std::size_t count = piece.size();
  for (std::uint64_t left = said.bytes;;) {
    alive.expires_at(due);
    const auto written = co_await into.write_all(io::const_buffer{piece}.first(count));
    if (ended_) co_return;
    if (!written && !alive.expired() && written.error() == make_error_code(errc::canceled)) {
      co_return lost(written.error());
    }
    if (!written) {
      const std::string why = alive.expired() ? "too slow" : written.error().message();
      asked_.drop_first<archive_request>(request_error::not_stored);
      co_return end({disconnect_reason::internal_error, "an archive cannot be stored: " + why});
    }
    left -= count;
    if (left == 0) break;
    piece.resize(limits::archive_chunk_size);
    alive.expires_at(std::min(due, io::saturating_add(runtime_.now(), limits::idle_timeout)));
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(left, piece.size()));
    const auto more = co_await over_.read_unframed(io::buffer{piece}.first(most));
    if (!more && ended_) co_return;
    if (!more && alive.expired()) {
      const bool is_late = runtime_.now() >= due;
      co_return end({is_late ? disconnect_reason::receive_timeout : disconnect_reason::idle_timeout, "archive"});
    }
    if (!more) co_return lost(more.error());
    count = *more;
  }
  asked_.answer<archive_request>(said);
}

}  // namespace pappus::peer
