// Calls of the Rust library: views of the caller's bytes, and answers turned into values.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <pappus/wire/bytes.hpp>
#include <pappus/wire/error.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/message.hpp>
#include <pappus/wire/protocol_version.hpp>
#include <pappus/wire/reader.hpp>

#include "full_node/grin_chain/face.h"
#include "full_node/verdict.hpp"

namespace full_node {

[[nodiscard]] inline pappus_grin_view view(pappus::wire::bytes_view bytes) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

/// UTF-8, as Rust expects it.
[[nodiscard]] inline pappus_grin_view view(const std::u8string& text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The content of an answer. Owns it, unlike its view.
class grin_answer {
public:
  /// Calls `function` with the arguments and a place for its answer.
  template <class Function, class... Arguments>
  [[nodiscard]] static outcome<grin_answer> of(Function function, Arguments... arguments) {
    grin_answer answer;
    const auto what = static_cast<verdict>(function(arguments..., &answer.bytes_));
    if (what == verdict::accepted) return answer;
    const auto reason = answer.content();
    return pappus::failure{fault{what, std::string{reinterpret_cast<const char*>(reason.data()), reason.size()}}};
  }

  grin_answer(grin_answer&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  grin_answer& operator=(grin_answer&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~grin_answer() { pappus_grin_free(bytes_); }

  [[nodiscard]] pappus::wire::bytes_view content() const noexcept {
    return {reinterpret_cast<const std::byte*>(bytes_.data), bytes_.size};
  }
  [[nodiscard]] pappus::wire::reader reader(const pappus::wire::codec_context& context = {}) const noexcept {
    return {content(), context};
  }

private:
  grin_answer() noexcept = default;

  pappus_grin_bytes bytes_{nullptr, 0};
};

/// Success without a value.
template <class Function, class... Arguments>
[[nodiscard]] outcome<void> done(Function function, Arguments... arguments) {
  PAPPUS_TRY_DISCARD(grin_answer::of(function, arguments...));
  return {};
}

/// A fault of ours: what Grin has written cannot be read.
[[nodiscard]] inline pappus::failure<fault> unreadable(const pappus::wire::decode_error& error) {
  return pappus::failure{fault{verdict::failed, to_string(error)}};
}

/// The message whose body is the answer.
template <pappus::wire::message Message>
[[nodiscard]] outcome<Message> message_of(pappus::wire::bytes_view body, const pappus::wire::codec_context& context) {
  auto read = pappus::wire::decode<Message>(body, context);
  if (!read) return unreadable(read.error());
  return std::move(read).value();
}

[[nodiscard]] outcome<std::vector<pappus::wire::hash>> hashes_of(const grin_answer& answer);

/// One after the other, as locators are given.
[[nodiscard]] pappus::wire::bytes concatenated(std::span<const pappus::wire::hash> hashes);

}  // namespace full_node
