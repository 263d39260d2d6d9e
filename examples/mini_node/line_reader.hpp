// Reads lines of bounded length from a byte stream.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <system_error>

#include <pappus/coro/task.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/result.hpp>

namespace mini_node {

/// Buffers at most the longest allowed line and one read.
class line_reader {
public:
  struct line {
    std::string text;   // without the line end
    bool whole = true;  // false: the line was too long, `text` is its beginning
  };

  /// `from` must outlive this object.
  line_reader(pappus::io::stream& from, std::size_t longest) noexcept : from_(from), longest_(longest) {}

  /// Completes with the next line; the last line needs no line end. Fails like a read, with `errc::end_of_stream` after
  /// the last line.
  [[nodiscard]] pappus::task<pappus::result<line>> next();

private:
  std::optional<line> take();
  line last();

  pappus::io::stream& from_;
  std::size_t longest_;
  std::string held_;          // bytes read and not returned yet
  std::size_t begin_ = 0;     // start of the next line
  std::size_t searched_ = 0;  // no line end before this position
  bool too_long_ = false;     // only the beginning of the next line is kept
};

}  // namespace mini_node
