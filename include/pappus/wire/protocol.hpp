// A protocol is a list of message types. From it follow, at compile time, which codes are known, how long a frame may
// be, which decoder reads it and which handler gets it.
//
//     using mine = grin_messages::with<my_message>::without<messages::ping>;
//
// ARCHITECTURE's sketch has the magic among the parameters; here the network is a value instead, so that one program
// speaks on any network with one copy of everything above.
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
#include <pappus/wire/error.hpp>
#include <pappus/wire/frame.hpp>
#include <pappus/wire/message.hpp>

namespace pappus::wire {

/// Whether no two of the messages have the same code.
template <class... Messages>
[[nodiscard]] constexpr bool codes_are_distinct() noexcept {
  std::array<bool, 256> taken{};
  return (... && !std::exchange(taken[Messages::code], true));
}

/// What frames must satisfy on a network whose peers speak these messages: those listed have caps of their own, all
/// other types that of a block.
template <message... Messages>
[[nodiscard]] constexpr frame_rules make_rules(const chain_parameters& network) noexcept {
  constexpr auto longest = [](std::size_t cap) { return static_cast<std::uint32_t>(limits::read_tolerance * cap); };
  frame_rules rules;
  rules.magic = network.magic;
  rules.longest.fill(longest(network.limits.block_body()));
  (..., (rules.longest[Messages::code] = longest(Messages::cap(network.limits))));
  (..., (rules.known[Messages::code] = true));
  return rules;
}

template <message... Messages>
class protocol;

/// `Kept` with all of `Rest` but `Left`.
template <class Kept, class Left, class... Rest>
struct leave_out {
  using type = Kept;
};

template <message... Kept, class Left, class Next, class... Rest>
struct leave_out<protocol<Kept...>, Left, Next, Rest...>
    : leave_out<std::conditional_t<std::same_as<Next, Left>, protocol<Kept...>, protocol<Kept..., Next>>, Left,
                Rest...> {};

template <message... Messages>
class protocol {
  static_assert(codes_are_distinct<Messages...>(), "two messages of this protocol have the same code");

public:
  template <class Message>
  static constexpr bool lists = (... || std::same_as<Message, Messages>);

  /// This protocol and more messages.
  template <message... More>
  using with = protocol<Messages..., More...>;

  /// This protocol and one message less.
  template <class Message>
  using without = typename leave_out<protocol<>, Message, Messages...>::type;

  /// What frames must satisfy on a network. Constant for the networks in `chains`; a private network keeps its own.
  [[nodiscard]] static constexpr const frame_rules& rules(chain_type network) noexcept {
    return rules_[static_cast<std::size_t>(network)];
  }
  [[nodiscard]] static constexpr frame_rules rules(const chain_parameters& network) noexcept {
    return make_rules<Messages...>(network);
  }

  /// In the order of the list.
  static constexpr std::array<std::uint8_t, sizeof...(Messages)> codes{Messages::code...};

  [[nodiscard]] static constexpr bool is_known(std::uint8_t code) noexcept { return rules_[0].known[code]; }

  /// The name of the message with that code, "unknown" if there is none.
  [[nodiscard]] static constexpr const char* name_of(std::uint8_t code) noexcept {
    const char* name = "unknown";
    static_cast<void>((... || (Messages::code == code && (name = Messages::name, true))));
    return name;
  }

  /// The code of the message with that name, nothing if there is none.
  [[nodiscard]] static constexpr std::optional<std::uint8_t> code_of(std::string_view name) noexcept {
    std::optional<std::uint8_t> code;
    static_cast<void>((... || (Messages::name == name && (code = Messages::code, true))));
    return code;
  }

  /// Decodes the body and calls `handler(message)` with the type that belongs to the frame's code; gives what the
  /// handler gives, which is one type for all messages, a task for instance. Fails if the body cannot be read, or with
  /// `unknown_type` if the frame's type is not listed here.
  template <class Handler>
  static auto dispatch(const frame& received, const codec_context& spoken, Handler&& handler) {
    checked_order nothing;
    return dispatch(received, spoken, nothing, handler);
  }

  /// The same for a frame that was looked at with `check_prefix`.
  template <class Handler>
  static auto dispatch(const frame& received, const codec_context& spoken, checked_order& known, Handler&& handler) {
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

  /// Does what takes long with a message of long lists while it is arriving: call it each time a good part of the body
  /// has come. Fails if the body cannot be read, whatever comes. O(bytes that were not checked before).
  [[nodiscard]] static decode_result<void> check_prefix(const frame& arriving, const codec_context& spoken,
                                                        checked_order& known) {
    decode_result<void> outcome;
    static_cast<void>((... || (has_long_lists<Messages> && Messages::code == arriving.header.code &&
                               (outcome = wire::check_prefix<Messages>(arriving.body, spoken, known), true))));
    return outcome;
  }

  /// A whole frame, header and body, in one piece of memory of the right size. Fails if the message cannot be written
  /// at that version, or is longer than any peer would read.
  template <message Message>
  requires lists<Message>
  [[nodiscard]] static encode_result<bytes> encode(const Message& value, const chain_parameters& network,
                                                   protocol_version version) {
    PAPPUS_TRY(length, body_length(value, network, version));
    writer out{version, frame_header::size + length};
    write(value, length, network, out);
    return std::move(out).finish();
  }

  /// The same in memory that many may share, allocated from what outlives it: one allocation, where sharing a vector
  /// takes two.
  template <message Message>
  requires lists<Message>
  [[nodiscard]] static encode_result<shared_bytes> encode_shared(
      const Message& value, const chain_parameters& network, protocol_version version,
      std::pmr::memory_resource& from = *std::pmr::new_delete_resource()) {
    PAPPUS_TRY(length, body_length(value, network, version));
    unwritten_bytes whole{frame_header::size + length, from};
    writer out{version, whole.view};
    write(value, length, network, out);
    PAPPUS_TRY_DISCARD(std::move(out).finish());
    return share(std::move(whole));
  }

private:
  template <class Message>
  static encode_result<std::size_t> body_length(const Message& value, const chain_parameters& network,
                                                protocol_version version) {
    const std::size_t length = value.size(version);
    if (length <= limits::read_tolerance * Message::cap(network.limits)) return length;
    return failure{encode_error{encode_errc::over_limit, Message::name}};
  }

  template <class Message>
  static void write(const Message& value, std::size_t length, const chain_parameters& network, writer& out) {
    out.raw(write_frame_header(network.magic, {Message::code, length}));
    value.write(out);
  }

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
