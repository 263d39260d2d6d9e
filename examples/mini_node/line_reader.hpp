// Lines of bounded length from a stream of bytes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <system_error>

#include <pappus/coro/task.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/result.hpp>

namespace mini_node {

/// Holds no more than the longest line allowed and one read.
class line_reader {
public:
  struct line {
    std::string text;   // without its end
    bool whole = true;  // false: it was too long, and this is its beginning
  };

  /// `from` outlives it.
  line_reader(pappus::io::stream& from, std::size_t longest) noexcept : from_(from), longest_(longest) {}

  /// Completes with the next line; a last one needs no end. Fails as reads do, with `errc::end_of_stream` after the
  /// last.
  [[nodiscard]] pappus::task<pappus::result<line>> next();

private:
  std::optional<line> take();
  line last();

  pappus::io::stream& from_;
  std::size_t longest_;
  std::string held_;          // read and not taken yet
  std::size_t begin_ = 0;     // of the line that comes next
  std::size_t searched_ = 0;  // up to here there is no line end
  bool too_long_ = false;     // of the line that comes next only the beginning is held
};

}  // namespace mini_node
