// GetHeaders, Header and Headers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <pappus/wire/hash.hpp>
#include <pappus/wire/header.hpp>
#include <pappus/wire/limits.hpp>
#include <pappus/wire/reader.hpp>
#include <pappus/wire/writer.hpp>

namespace pappus::wire::messages {

/// Requests the headers after the first hash of the locator that is on the peer's chain. At most
/// `limits::max_locator_hashes` hashes.
struct get_headers {
  static constexpr std::uint8_t code = 7;
  static constexpr const char* name = "get_headers";
  static constexpr std::size_t cap(chain_limits) noexcept { return limits::max_get_headers_body; }

  std::vector<hash> locator;  // from the tip backward, in growing steps

  [[nodiscard]] static get_headers read(reader& in);
  void write(writer& out) const;
  [[nodiscard]] std::size_t size(protocol_version) const noexcept { return 1 + locator.size() * hash::size; }

  friend bool operator==(const get_headers&, const get_headers&) = default;
};

/// Announces a new block by its header. A peer that needs the block requests it.
struct header {
  static constexpr std::uint8_t code = 8;
  static constexpr const char* name = "header";
  static constexpr std::size_t cap(chain_limits) noexcept { return limits::max_header_body; }

  wire::header value;  // never empty in a message that was read or is to be written

  header() = default;
  explicit header(wire::header given) noexcept : value(std::move(given)) {}

  [[nodiscard]] static header read(reader& in) { return header{wire::header::read(in)}; }
  void write(writer& out) const { out.raw(value.raw_bytes().view()); }
  [[nodiscard]] std::size_t size(protocol_version) const noexcept { return value.size(); }

  friend bool operator==(const header&, const header&) = default;
};

/// Response to `get_headers`: at most `limits::max_headers`, in the order of their heights. An empty response means
/// that no hash of the locator is known; receiving it is valid, but Grin disconnects a peer that sends it. The headers
/// of one message share one copy of their bytes.
struct headers {
  static constexpr std::uint8_t code = 9;
  static constexpr const char* name = "headers";
  static constexpr std::size_t cap(chain_limits) noexcept { return limits::max_headers_body; }

  std::vector<wire::header> values;  // none of them empty in a message that was read or is to be written

  headers() = default;
  explicit headers(std::vector<wire::header> given) noexcept : values(std::move(given)) {}

  [[nodiscard]] static headers read(reader& in);
  void write(writer& out) const;
  [[nodiscard]] std::size_t size(protocol_version) const noexcept;

  friend bool operator==(const headers&, const headers&) = default;
};

}  // namespace pappus::wire::messages
