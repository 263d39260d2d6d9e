// A batch of headers, read a few at a time while its message is still arriving.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <pappus/wire/bytes.hpp>
#include <pappus/wire/error.hpp>
#include <pappus/wire/header.hpp>
#include <pappus/wire/protocol_version.hpp>

namespace pappus::wire {

/// Reads one `messages::headers`. Faults are those of its `read`; after one the reader is of no more use.
class headers_decoder {
public:
  /// The next `most` headers, or the last ones if that is fewer; none until all of these lie in `body`, which is what
  /// has arrived of the message's body, from its start. They share one piece of memory of their own.
  [[nodiscard]] decode_result<std::vector<header>> next(bytes_view body, const codec_context& spoken, std::size_t most);

  /// Call when `body` is whole and `next` gives nothing more: faults if something is missing or left over.
  [[nodiscard]] decode_result<void> finish(bytes_view body, const codec_context& spoken) const;

  /// How many headers `next` has given.
  [[nodiscard]] std::size_t given() const noexcept { return given_; }

private:
  std::optional<std::uint16_t> count_;  // once it has arrived
  std::size_t given_ = 0;
  std::size_t offset_ = 0;   // in the body: what comes next
  std::size_t whole_ = 0;    // headers known to be there beyond those given
  std::size_t scanned_ = 0;  // in the body: the end of these
};

}  // namespace pappus::wire
