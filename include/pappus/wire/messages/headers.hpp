// The three messages of a chain's headers: asked for from a known place on, sent in a batch, announced alone.
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

/// Asks for the headers after the first of these that the other side has on its chain; at most `limits::locator`.
struct get_headers {
  static constexpr std::uint8_t code = 7;
  static constexpr const char* name = "get_headers";
  static constexpr std::size_t cap(chain_limits) noexcept { return limits::get_headers_body; }

  std::vector<hash> locator;  // from the tip backwards, in growing steps

  [[nodiscard]] static get_headers read(reader& in);
  void write(writer& out) const;
  [[nodiscard]] std::size_t size(protocol_version) const noexcept { return 1 + locator.size() * hash::size; }

  friend bool operator==(const get_headers&, const get_headers&) = default;
};

/// A new block by its header alone; whoever wants the rest asks for it.
struct header {
  static constexpr std::uint8_t code = 8;
  static constexpr const char* name = "header";
  static constexpr std::size_t cap(chain_limits) noexcept { return limits::header_body; }

  wire::header value;  // never empty in a message that was read or is to be written

  header() = default;
  explicit header(wire::header given) noexcept : value(std::move(given)) {}

  [[nodiscard]] static header read(reader& in) { return header{wire::header::read(in)}; }
  void write(writer& out) const { out.raw(value.raw_bytes().view()); }
  [[nodiscard]] std::size_t size(protocol_version) const noexcept { return value.size(); }

  friend bool operator==(const header&, const header&) = default;
};

/// The answer to `get_headers`; at most `limits::headers`, in the order of their heights. None at all says that no hash
/// of the locator is known: it is legal to receive, but Grin disconnects who sends it. The headers of one message share
/// one piece of memory.
struct headers {
  static constexpr std::uint8_t code = 9;
  static constexpr const char* name = "headers";
  static constexpr std::size_t cap(chain_limits) noexcept { return limits::headers_body; }

  std::vector<wire::header> values;

  headers() = default;
  explicit headers(std::vector<wire::header> given) noexcept : values(std::move(given)) {}

  [[nodiscard]] static headers read(reader& in);
  void write(writer& out) const;
  [[nodiscard]] std::size_t size(protocol_version) const noexcept;

  friend bool operator==(const headers&, const headers&) = default;
};

}  // namespace pappus::wire::messages
