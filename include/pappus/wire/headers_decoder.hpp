// Incremental decoder of a Headers message.
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

/// Decodes one `messages::headers` in batches, while it is still arriving. Errors are those of `messages::headers`;
/// after an error the decoder must not be used.
class headers_decoder {
public:
  /// The next `max` headers, or the last ones if there are fewer. Empty until all of these are in `body`, which is the
  /// part of the message's body that has arrived, from its start. The headers share one copy of their bytes.
  [[nodiscard]] decode_result<std::vector<header>> next(bytes_view body, const codec_context& spoken, std::size_t max);

  /// To be called when `body` is complete and `next` returns no more headers. Fails if bytes are missing or left over.
  [[nodiscard]] decode_result<void> finish(bytes_view body, const codec_context& spoken) const;

  /// Number of headers that `next` has returned.
  [[nodiscard]] std::size_t decoded_count() const noexcept { return given_; }

private:
  std::optional<std::uint16_t> count_;  // empty until it has arrived
  std::size_t given_ = 0;
  std::size_t offset_ = 0;   // of the next header in the body
  std::size_t whole_ = 0;    // complete headers in the body, not returned yet
  std::size_t scanned_ = 0;  // offset of their end in the body
};

}  // namespace pappus::wire
