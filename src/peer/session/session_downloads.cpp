// Data that a session processes while it arrives: batches of headers, archives, and long lists to be hashed.
#include <algorithm>
#include <string>
#include <utility>

#include <pappus/peer/session/limits.hpp>
#include <pappus/peer/session/session.hpp>

namespace pappus::peer {

using wire::messages::txhashset_archive;

void session::handle_headers(wire::bytes_view body, bool is_complete) {
  for (;;) {
    const auto has_batch = headers_.receive_batch(body, connection_.codec());
    if (!has_batch) return end(disconnect_info_from(has_batch.error()));
    if (!*has_batch) break;
    if (is_ending()) return;
  }
  if (!is_complete) return;
  const auto finished = headers_.finish(body, connection_.codec());
  if (!finished) end(disconnect_info_from(finished.error()));
}

/// Hashes the part of a transaction or a block that has arrived and was not hashed yet, so that the cost does not fall
/// due all at once with the last piece.
void session::check_lists(const wire::frame& partial) {
  const std::size_t before = list_progress_.end;
  if (partial.body.size() - before < limits::arriving_chunk_size) return;
  const auto checked = session_messages::check_prefix(partial, connection_.codec(), list_progress_);
  runtime_.ready().charge(limits::lists_cost(list_progress_.end - before));
  if (!checked) end(disconnect_info_from(checked.error()));
}

/// Writes an archive to the target of its request as it arrives; at most one piece is held. The time limit covers both
/// arriving and being stored.
task<void> session::receive_archive(receive_deadline& deadline) {
  const txhashset_archive archive = *std::exchange(archive_, std::nullopt);
  requests_.disarm_first<archive_request>();
  io::stream& sink = *requests_.first<archive_request>()->sink;
  const io::time_point due = io::saturating_add(runtime_.now(), limits::frame_body_timeout(archive.bytes));
  wire::bytes piece = connection_.take_unframed(archive.bytes);
  std::size_t count = piece.size();
  for (std::uint64_t left = archive.bytes;;) {
    deadline.expires_at(due);
    const auto written = co_await sink.write_all(io::const_buffer{piece}.first(count));
    if (is_ending()) co_return;
    if (!written && !deadline.expired() && written.error() == make_error_code(errc::canceled)) {
      co_return connection_failed(written.error());
    }
    if (!written) {
      const std::string cause = deadline.expired() ? "too slow" : written.error().message();
      requests_.fail_first<archive_request>(request_error::not_stored);
      co_return end({disconnect_reason::internal_error, "an archive cannot be stored: " + cause});
    }
    left -= count;
    if (left == 0) break;
    piece.resize(limits::archive_chunk_size);
    deadline.expires_at(std::min(due, io::saturating_add(runtime_.now(), limits::idle_timeout)));
    const auto max = static_cast<std::size_t>(std::min<std::uint64_t>(left, piece.size()));
    const auto read = co_await connection_.read_unframed(io::buffer{piece}.first(max));
    if (!read && is_ending()) co_return;
    if (!read && deadline.expired()) {
      const bool is_late = runtime_.now() >= due;
      co_return end({is_late ? disconnect_reason::receive_timeout : disconnect_reason::idle_timeout, "archive"});
    }
    if (!read) co_return connection_failed(read.error());
    count = *read;
  }
  requests_.complete<archive_request>(archive);
}

}  // namespace pappus::peer
