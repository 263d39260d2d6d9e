// A peer controlled by a test, on any runtime; it uses the wire level only.
#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <pappus/coro/task.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/wire/chain_parameters.hpp>
#include <pappus/wire/grin_messages.hpp>

namespace support {

using namespace pappus;

/// A received frame with a body of its own.
struct received_frame {
  std::uint8_t code = 0;
  wire::bytes body;
};

class scripted_peer {
public:
  scripted_peer(io::runtime& on, io::stream_ptr over,
                const wire::chain_parameters& network = wire::chain_parameters_for(wire::chain_type::usernet))
      : on_(&on), stream_(std::move(over)), network_(network), spoken_{wire::latest_version, network.limits} {}

  /// Connects; throws on failure.
  [[nodiscard]] static task<scripted_peer> dial(io::runtime& on, io::endpoint where) {
    auto dialed = co_await on.connect(where);
    if (!dialed) throw std::runtime_error("dial: " + dialed.error().message());
    co_return scripted_peer{on, std::move(*dialed)};
  }

  /// A Hand that any node of the chain accepts, unless a peer with that listening port is connected.
  [[nodiscard]] wire::messages::hand good_hand(std::uint16_t port = 9999) const {
    wire::messages::hand ours;
    ours.capabilities = wire::capability::tx_kernel_hash;
    ours.nonce = 7;
    ours.sender = wire::peer_address{pappus::ip_address::v4(0x7f000001), port};
    ours.user_agent = "scripted";
    ours.genesis = network_.genesis;
    return ours;
  }

  [[nodiscard]] wire::messages::shake good_shake(wire::capabilities can = wire::capability::tx_kernel_hash) const {
    wire::messages::shake ours;
    ours.capabilities = can;
    ours.user_agent = "scripted";
    ours.genesis = network_.genesis;
    return ours;
  }

  /// Sends Hand and receives Shake; uses the negotiated version from then on.
  [[nodiscard]] task<wire::messages::shake> greet(wire::messages::hand ours) {
    const wire::protocol_version version = ours.version;
    co_await send(std::move(ours));
    auto shaken = co_await expect<wire::messages::shake>();
    spoken_.version = wire::negotiated_version(version, shaken.version);
    co_return shaken;
  }

  template <wire::message Message>
  [[nodiscard]] task<void> send(Message message) {
    auto encoded = wire::grin_messages::encode(message, network_, spoken_.version);
    if (!encoded) throw std::runtime_error("send: " + to_string(encoded.error()));
    co_await send_bytes(std::move(*encoded));
  }

  /// Sends any bytes, and ignores errors.
  [[nodiscard]] task<void> send_bytes(wire::bytes raw) { static_cast<void>(co_await stream_->write_all(raw)); }

  /// Sends a frame whose header may be wrong.
  [[nodiscard]] task<void> send_frame(std::uint8_t code, wire::bytes body,
                                      std::optional<std::uint64_t> declared = std::nullopt) {
    const auto header =
        wire::write_frame_header(network_.magic, {code, declared.value_or(static_cast<std::uint64_t>(body.size()))});
    wire::bytes whole{header.begin(), header.end()};
    whole.insert(whole.end(), body.begin(), body.end());
    co_await send_bytes(std::move(whole));
  }

  /// The next frame; none when the other side has closed or `patience` is over.
  [[nodiscard]] task<std::optional<received_frame>> receive(io::duration patience = std::chrono::minutes{5}) {
    auto got = co_await io::with_timeout(*on_, patience, read_frame());
    if (!got) co_return std::nullopt;
    co_return std::move(*got);
  }

  /// The next message of that type, skipping others; throws if there is none.
  template <wire::message Message>
  [[nodiscard]] task<Message> expect(io::duration patience = std::chrono::minutes{5}) {
    for (;;) {
      auto got = co_await receive(patience);
      if (!got) throw std::runtime_error(std::string{"expected "} + Message::name);
      if (got->code != Message::code) continue;
      auto message = wire::decode<Message>(got->body, spoken_);
      if (!message) throw std::runtime_error(to_string(message.error()));
      co_return std::move(*message);
    }
  }

  /// Completes when the other side has closed; false if that takes longer than `patience`.
  [[nodiscard]] task<bool> closed(io::duration patience = std::chrono::minutes{5}) {
    const io::time_point until = io::saturating_add(on_->now(), patience);
    for (;;) {
      auto got = co_await io::with_deadline(*on_, until, read_frame());
      if (!got) co_return got.error() != make_error_code(errc::timed_out);
    }
  }

  [[nodiscard]] io::time_point now() const { return on_->now(); }
  [[nodiscard]] io::stream& stream() noexcept { return *stream_; }
  [[nodiscard]] wire::codec_context& spoken() noexcept { return spoken_; }
  void close() noexcept { stream_->close(); }

private:
  [[nodiscard]] task<result<received_frame>> read_frame() {
    std::array<std::byte, wire::frame_header::size> raw{};
    PAPPUS_CO_TRY_DISCARD(co_await stream_->read_exact(raw));
    const auto header = wire::read_frame_header(raw, wire::grin_messages::rules(wire::chain_type::usernet));
    if (!header) throw std::runtime_error(to_string(header.error()));
    received_frame got;
    got.code = header->code;
    got.body.resize(static_cast<std::size_t>(header->length));
    PAPPUS_CO_TRY_DISCARD(co_await stream_->read_exact(got.body));
    co_return std::move(got);
  }

  io::runtime* on_;
  io::stream_ptr stream_;
  wire::chain_parameters network_;
  wire::codec_context spoken_;
};

}  // namespace support
