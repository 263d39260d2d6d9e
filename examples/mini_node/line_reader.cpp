// Splits a byte stream into lines.
#include "line_reader.hpp"

#include <algorithm>
#include <utility>

#include <pappus/error.hpp>

namespace mini_node {
namespace {

/// Bytes kept of a line that is too long: enough to identify the command.
constexpr std::size_t kept_beginning = 64;

/// Buffer memory above this is released when the buffer is empty, bytes.
constexpr std::size_t line_memory = std::size_t{64} << 10;

}  // namespace

pappus::task<pappus::result<line_reader::line>> line_reader::next() {
  for (;;) {
    if (auto taken = take()) co_return std::move(*taken);
    const auto piece = co_await from_.read_view();
    if (piece) {
      held_.append(reinterpret_cast<const char*>(piece->data()), piece->size());
    } else if (piece.error() == make_error_code(pappus::errc::end_of_stream) && !held_.empty()) {
      co_return last();
    } else {
      co_return pappus::failure{piece.error()};
    }
  }
}

std::optional<line_reader::line> line_reader::take() {
  const std::size_t end = held_.find('\n', searched_);
  if (end != std::string::npos) {
    const std::size_t length = end - begin_;
    too_long_ = too_long_ || length > longest_;
    line taken{held_.substr(begin_, too_long_ ? std::min(length, kept_beginning) : length), !too_long_};
    begin_ = searched_ = end + 1;
    too_long_ = false;
    return taken;
  }
  held_.erase(0, std::exchange(begin_, 0));
  too_long_ = too_long_ || held_.size() > longest_;
  if (too_long_) held_.resize(std::min(held_.size(), kept_beginning));
  if (held_.empty() && held_.capacity() > line_memory) held_ = {};
  searched_ = held_.size();
  return std::nullopt;
}

line_reader::line line_reader::last() {
  line taken{std::exchange(held_, {}), !too_long_};
  begin_ = searched_ = 0;
  too_long_ = false;
  return taken;
}

}  // namespace mini_node
