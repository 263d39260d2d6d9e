// Protocol as a compile-time list of message types. It determines the known type codes, the maximum frame lengths, the
// decoders and the dispatch to handlers.
//
//     using mine = grin_messages::with<my_message>::without<messages::ping>;
//
// The chain is a runtime value, not a template parameter as in ARCHITECTURE's sketch, so that one program can use any
// chain with one copy of all code above this.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <pappus/wire/bytes.hpp>
#include <pappus/wire/chain_parameters.hpp>
#include <pappus/wire/encode_frame.hpp>
#include <pappus/wire/error.hpp>
#include <pappus/wire/frame.hpp>
#include <pappus/wire/message.hpp>

namespace pappus::wire {

/// Whether all messages have different codes.
template <class... Messages>
[[nodiscard]] constexpr bool codes_are_distinct() noexcept {
  std::array<bool, 256> taken{};
  return (... && !std::exchange(taken[Messages::code], true));
}

/// Frame rules of a chain for these messages. Listed types have caps of their own, all others that of a block.
template <message... Messages>
[[nodiscard]] constexpr frame_rules make_rules(const chain_parameters& network) noexcept {
  constexpr auto longest = [](std::size_t cap) { return static_cast<std::uint32_t>(limits::read_tolerance * cap); };
  frame_rules rules;
  rules.magic = network.magic;
  rules.max_length.fill(longest(network.limits.block_body()));
  (..., (rules.max_length[Messages::code] = longest(Messages::cap(network.limits))));
  (..., (rules.known[Messages::code] = true));
  return rules;
}

template <message... Messages>
class protocol;

/// `Kept` followed by `Rest` without `Left`.
template <class Kept, class Left, class... Rest>
struct remove_message {
  using type = Kept;
};

template <message... Kept, class Left, class Next, class... Rest>
struct remove_message<protocol<Kept...>, Left, Next, Rest...>
    : remove_message<std::conditional_t<std::same_as<Next, Left>, protocol<Kept...>, protocol<Kept..., Next>>, Left,
                     Rest...> {};

template <message... Messages>
class protocol {
  static_assert(codes_are_distinct<Messages...>(), "two messages of this protocol have the same code");

public:
  template <class Message>
  static constexpr bool lists = (... || std::same_as<Message, Messages>);

  /// This protocol with additional messages.
  template <message... More>
  using with = protocol<Messages..., More...>;

  /// This protocol without one of its messages.
  template <class Message>
  using without = typename remove_message<protocol<>, Message, Messages...>::type;

  /// Frame rules of a chain. Static for the chains in `chains`; those of a private network are returned by value.
  [[nodiscard]] static constexpr const frame_rules& rules(chain_type network) noexcept {
    return rules_[static_cast<std::size_t>(network)];
  }
  [[nodiscard]] static constexpr frame_rules rules(const chain_parameters& network) noexcept {
    return make_rules<Messages...>(network);
  }

  /// Type codes in the order of the list.
  static constexpr std::array<std::uint8_t, sizeof...(Messages)> codes{Messages::code...};

  [[nodiscard]] static constexpr bool is_known(std::uint8_t code) noexcept { return rules_[0].known[code]; }

  /// Name of the message with that code; "unknown" if there is none.
  [[nodiscard]] static constexpr const char* name_of(std::uint8_t code) noexcept {
    const char* name = "unknown";
    static_cast<void>((... || (Messages::code == code && (name = Messages::name, true))));
    return name;
  }

  /// Code of the message with that name; empty if there is none.
  [[nodiscard]] static constexpr std::optional<std::uint8_t> code_of(std::string_view name) noexcept {
    std::optional<std::uint8_t> code;
    static_cast<void>((... || (Messages::name == name && (code = Messages::code, true))));
    return code;
  }

  /// Decodes the body and calls `handler(message)` with the message type of the frame's code. Returns the handler's
  /// result, which must have the same type for all messages, for example a task. Fails if the body cannot be decoded,
  /// or with `unknown_type` if the protocol does not list the type.
  template <class Handler>
  static auto dispatch(const frame& received, const codec_context& spoken, Handler&& handler) {
    order_progress nothing;
    return dispatch(received, spoken, nothing, handler);
  }

  /// The same for a frame that was checked with `check_prefix` before.
  template <class Handler>
  static auto dispatch(const frame& received, const codec_context& spoken, order_progress& known, Handler&& handler) {
    static_assert((... && std::invocable<Handler&, Messages&&>), "the handler must take every message of the protocol");
    using answer = std::common_type_t<std::invoke_result_t<Handler&, Messages&&>...>;
    static_assert((... && std::same_as<answer, std::invoke_result_t<Handler&, Messages&&>>),
                  "the handler must give the same type for every message");
    decode_result<answer> outcome = failure{decode_error{decode_errc::unknown_type, "frame", "type", 0, 2}};
    static_cast<void>(
        (... || (Messages::code == received.header.code &&
                 (handle<Messages>(reader{received.body, spoken, known, false}, handler, outcome), true))));
    return outcome;
  }

  /// Does the expensive checks of a message with long lists while it is arriving; to be called each time a larger part
  /// of the body has arrived. Fails if the body is invalid whatever follows. O(bytes that were not checked before).
  [[nodiscard]] static decode_result<void> check_prefix(const frame& arriving, const codec_context& spoken,
                                                        order_progress& known) {
    decode_result<void> outcome;
    static_cast<void>((... || (has_long_lists<Messages> && Messages::code == arriving.header.code &&
                               (outcome = wire::check_prefix<Messages>(arriving.body, spoken, known), true))));
    return outcome;
  }

  /// Encodes a message as `wire::encode_frame` does.
  template <message Message>
  requires lists<Message>
  [[nodiscard]] static encode_result<bytes> encode(const Message& value, const chain_parameters& network,
                                                   protocol_version version) {
    return encode_frame(value, network, version);
  }

  /// The same, as `wire::encode_shared_frame` does.
  template <message Message>
  requires lists<Message>
  [[nodiscard]] static encode_result<shared_bytes> encode_shared(
      const Message& value, const chain_parameters& network, protocol_version version,
      std::pmr::memory_resource& from = *std::pmr::new_delete_resource()) {
    return encode_shared_frame(value, network, version, from);
  }

private:
  template <class Message, class Handler, class Answer>
  static void handle(const reader& body, Handler& handler, decode_result<Answer>& outcome) {
    auto value = decode<Message>(body);
    if (!value) {
      outcome = failure{value.error()};
    } else if constexpr (std::is_void_v<Answer>) {
      handler(std::move(*value));
      outcome = {};
    } else {
      outcome = handler(std::move(*value));
    }
  }

  static constexpr std::array<frame_rules, chains.size()> rules_ = [] {
    std::array<frame_rules, chains.size()> all;
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = make_rules<Messages...>(chains[i]);
    return all;
  }();
};

}  // namespace pappus::wire
