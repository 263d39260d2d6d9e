// Encodes messages as whole frames, header and body.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <utility>

#include <pappus/result.hpp>
#include <pappus/wire/bytes.hpp>
#include <pappus/wire/chain_parameters.hpp>
#include <pappus/wire/error.hpp>
#include <pappus/wire/frame.hpp>
#include <pappus/wire/limits.hpp>
#include <pappus/wire/message.hpp>
#include <pappus/wire/protocol_version.hpp>
#include <pappus/wire/writer.hpp>

namespace pappus::wire {

namespace detail {

template <message Message>
encode_result<std::size_t> body_length(const Message& value, const chain_parameters& network,
                                       protocol_version version) {
  const std::size_t length = value.size(version);
  if (length <= limits::read_tolerance * Message::cap(network.limits)) return length;
  return failure{encode_error{encode_errc::over_limit, Message::name}};
}

template <message Message>
void write_frame(const Message& value, std::size_t length, const chain_parameters& network, writer& out) {
  out.raw(write_frame_header(network.magic, {Message::code, length}));
  value.write(out);
}

}  // namespace detail

/// Encodes a whole frame, with one allocation of the exact size. Fails if the message has no form at that version, or
/// is longer than any peer reads.
template <message Message>
[[nodiscard]] encode_result<bytes> encode_frame(const Message& value, const chain_parameters& network,
                                                protocol_version version) {
  PAPPUS_TRY(length, detail::body_length(value, network, version));
  writer out{version, frame_header::size + length};
  detail::write_frame(value, length, network, out);
  return std::move(out).finish();
}

/// The same as shared bytes, allocated from `from`, which outlives them: one allocation, where sharing a vector takes
/// two.
template <message Message>
[[nodiscard]] encode_result<shared_bytes> encode_shared_frame(
    const Message& value, const chain_parameters& network, protocol_version version,
    std::pmr::memory_resource& from = *std::pmr::new_delete_resource()) {
  PAPPUS_TRY(length, detail::body_length(value, network, version));
  uninitialized_bytes whole{frame_header::size + length, from};
  writer out{version, whole.view};
  detail::write_frame(value, length, network, out);
  PAPPUS_TRY_DISCARD(std::move(out).finish());
  return share(std::move(whole));
}

}  // namespace pappus::wire
