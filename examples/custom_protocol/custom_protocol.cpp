// A custom protocol: Grin's with one additional message, two removed, and another magic, between two ends on loopback.
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <pappus/pappus.hpp>
#include <pappus/wire/frame_assembler.hpp>
#include <pappus/wire/grin_messages.hpp>

using namespace pappus;

/// The additional message: a height and a price in a currency. The definition of `protocol` checks at compile time that
/// it satisfies `wire::message`.
struct price {
  static constexpr std::uint8_t code = 200;
  static constexpr const char* name = "price";
  static constexpr std::size_t cap(wire::chain_limits) noexcept { return 64; }

  std::uint64_t height = 0;
  std::uint64_t amount = 0;  // zero: a request
  std::string currency;

  [[nodiscard]] static price read(wire::reader& in) {
    return {in.u64("height"), in.u64("amount"), std::string{in.text("currency")}};  // braces: evaluated left to right
  }
  void write(wire::writer& out) const {
    out.u64(height);
    out.u64(amount);
    out.text(currency, "currency");
  }
  [[nodiscard]] std::size_t size(wire::protocol_version) const noexcept { return 24 + currency.size(); }
};

using protocol = wire::grin_messages::with<price>::without<wire::messages::txhashset_request>::without<
    wire::messages::txhashset_archive>;
static_assert(protocol::is_known(price::code) && !protocol::is_known(17));

constexpr wire::chain_parameters network = [] {
  wire::chain_parameters ours = wire::parameters_of(wire::chain_type::usernet);
  ours.name = "pricenet";
  ours.magic = {std::byte{'$'}, std::byte{'$'}};
  return ours;
}();
constexpr wire::frame_rules rules = protocol::rules(network);

task<result<void>> send(io::stream& to, price message) {
  const auto frame = protocol::encode(message, network, wire::latest_version);
  if (!frame) co_return failure{std::make_error_code(std::errc::message_size)};
  co_return co_await to.write_all(*frame);
}

/// Returns the next price message; skips all other messages of the protocol.
task<result<price>> next_price(io::stream& from, wire::frame_assembler& frames) {
  std::optional<price> found;
  const auto look = [&]<class Message>(Message&& it) {
    if constexpr (std::is_same_v<std::remove_cvref_t<Message>, price>) found = std::forward<Message>(it);
  };
  while (!found) {
    const auto got = frames.next();
    const bool sound = got && (!*got || protocol::dispatch(**got, {wire::latest_version, network.limits}, look));
    if (!sound) co_return failure{std::make_error_code(std::errc::protocol_error)};
    if (*got) continue;
    PAPPUS_CO_TRY(bytes, co_await from.read_view());
    frames.feed(bytes);
    frames.keep();
  }
  co_return *std::move(found);
}

task<result<void>> serve(io::stream_ptr client) {
  wire::frame_assembler frames{rules};
  PAPPUS_CO_TRY(question, co_await next_price(*client, frames));
  question.amount = question.height * 3;
  co_return co_await send(*client, std::move(question));
}

task<result<void>> ask(scope& servers, io::runtime* net) {
  PAPPUS_CO_TRY(listener, net->listen({{0x7f000001}, 0}));
  PAPPUS_CO_TRY(server, co_await net->connect(listener->local_endpoint()));
  PAPPUS_CO_TRY(client, co_await listener->accept());
  servers.spawn(serve(std::move(client)));
  wire::frame_assembler frames{rules};
  price question{60, 0, "EUR"};
  PAPPUS_CO_TRY_DISCARD(co_await send(*server, std::move(question)));
  PAPPUS_CO_TRY(answer, co_await next_price(*server, frames));
  std::printf("block %ju costs %ju %s\n", std::uintmax_t{answer.height}, std::uintmax_t{answer.amount},
              printable(answer.currency).c_str());
  co_return {};
}

int main() {
  uv::loop loop;
  return loop.run(with_scope(ask, &loop.runtime())) ? 0 : 1;
}
