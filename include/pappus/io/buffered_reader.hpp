// Reads up to a delimiter, for text protocols: keeps the bytes that arrived together with what was asked for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <pappus/coro/task.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/result.hpp>

namespace pappus::io {

/// Reads from a stream by way of its own buffer, which holds what has been received and not consumed: at most the
/// longest message asked for, its delimiter and one read. Its memory is allocated when bytes arrive, and given back
/// above `kept_memory` when all are consumed.
///
/// One read at a time. Other reads of the same stream miss what is in the buffer. A read that fails consumes nothing:
/// after `errc::canceled` or `errc::timed_out` it may be repeated. The stream must outlive the reader. For one thread.
class buffered_reader {
public:
  /// Memory that an empty buffer keeps, bytes: the reads of the backends are no longer than this.
  static constexpr std::size_t kept_memory = std::size_t{64} << 10;

  explicit buffered_reader(stream& from) noexcept : from_(from) {}
  buffered_reader(const buffered_reader&) = delete;
  buffered_reader& operator=(const buffered_reader&) = delete;

  /// Completes with the bytes before the next `delimiter`, and consumes both. The view is valid until the next read.
  /// `delimiter` is not empty. O(bytes received).
  ///
  /// Fails with
  /// - `errc::too_long` once it is certain that the delimiter does not follow `max_length` bytes or fewer, no matter in
  ///   which pieces they arrive,
  /// - `errc::end_of_stream` if the stream has ended and nothing is left,
  /// - `errc::truncated` if it has ended, and the rest, which is `buffered()`, has no delimiter,
  /// - the error of the stream otherwise, as `stream::read_some`.
  [[nodiscard]] task<result<std::string_view>> read_until(std::string delimiter, std::size_t max_length);

  /// `read_until` the next "\n", or "\r\n": the line without its end. A "\r" counts for `max_length`.
  [[nodiscard]] task<result<std::string_view>> read_line(std::size_t max_length);

  /// Consumes everything up to and including the next `delimiter`, however long that is, in bounded memory; to go on
  /// after `errc::too_long`. Fails as `read_until`, but when it fails it has consumed all but the beginning of a
  /// delimiter.
  [[nodiscard]] task<result<void>> discard_until(std::string delimiter);

  /// Fills `into`, first with buffered bytes: for a body of known length that follows a header. Fails as
  /// `stream::read_exact`: a stop after a part has arrived poisons the stream.
  [[nodiscard]] task<result<void>> read_exact(buffer into);

  /// What has been received and not consumed. Valid until the next read.
  [[nodiscard]] std::string_view buffered() const noexcept { return std::string_view{held_}.substr(begin_); }

  /// Consumes the first `count` buffered bytes, or all if there are fewer. A view that a read gave stays valid.
  void consume(std::size_t count) noexcept { begin_ += count < buffered().size() ? count : buffered().size(); }

private:
  /// Adds the bytes of one read to the buffer.
  task<result<void>> receive();
  void drop_consumed() noexcept;

  stream& from_;
  std::string held_;
  std::size_t begin_ = 0;  // consumed bytes of `held_`
};

}  // namespace pappus::io
