#include <algorithm>
#include <cstring>
#include <utility>

#include <pappus/error.hpp>
#include <pappus/io/buffered_reader.hpp>

namespace pappus::io {

task<result<std::string_view>> buffered_reader::read_until(std::string delimiter, std::size_t max_length) {
  std::size_t searched = 0;  // no delimiter begins before this position
  for (;;) {
    const std::string_view all = buffered();
    const std::size_t length = all.find(delimiter, searched);
    const bool found = length != std::string_view::npos;
    // Without overflow: the delimiter would have to begin at `max_length` or before.
    const std::size_t unsearched = delimiter.size() - 1;
    searched = found ? length : all.size() - std::min(all.size(), unsearched);
    if (searched > max_length) co_return failure{errc::too_long};
    if (found) {
      consume(length + delimiter.size());
      co_return all.substr(0, length);
    }
    const auto received = co_await receive();
    if (received) continue;
    const bool ended = received.error() == make_error_code(errc::end_of_stream) && !buffered().empty();
    co_return failure{ended ? make_error_code(errc::truncated) : received.error()};
  }
}

task<result<std::string_view>> buffered_reader::read_line(std::size_t max_length) {
  auto line = co_await read_until("\n", max_length);
  if (line && line->ends_with('\r')) line->remove_suffix(1);
  co_return line;
}

task<result<void>> buffered_reader::discard_until(std::string delimiter) {
  for (;;) {
    const std::string_view all = buffered();
    const std::size_t length = all.find(delimiter);
    if (length != std::string_view::npos) {
      consume(length + delimiter.size());
      co_return result<void>{};
    }
    consume(all.size() - std::min(all.size(), delimiter.size() - 1));
    const auto received = co_await receive();
    if (received) continue;
    co_return failure{received.error()};
  }
}

task<result<void>> buffered_reader::read_exact(buffer into) {
  const std::size_t count = std::min(into.size(), buffered().size());
  if (count != 0) std::memcpy(into.data(), buffered().data(), count);
  if (count != into.size()) {
    const auto rest = co_await from_.read_exact(into.subspan(count));
    if (!rest) co_return failure{rest.error()};
  }
  consume(count);
  co_return result<void>{};
}

task<result<void>> buffered_reader::receive() {
  drop_consumed();
  const auto piece = co_await from_.read_view();
  if (!piece) co_return failure{piece.error()};
  held_.append(reinterpret_cast<const char*>(piece->data()), piece->size());
  co_return result<void>{};
}

/// Moves what is left to the front. It is the beginning of one message, and moves once for that message.
void buffered_reader::drop_consumed() noexcept {
  held_.erase(0, std::exchange(begin_, 0));
  if (held_.empty() && held_.capacity() > kept_memory) std::string{}.swap(held_);  // `= {}` keeps it
}

}  // namespace pappus::io
