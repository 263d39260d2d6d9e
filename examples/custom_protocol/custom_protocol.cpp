// Two nodes with a message of their own beside Grin's: one asks the other for the price of a block.
#include <cinttypes>
#include <cstdio>
#include <string>

#include <pappus/pappus.hpp>

using namespace pappus;

/// The price of a block in a currency. An amount of zero asks for it.
struct price {
  static constexpr std::uint8_t code = 200;
  static constexpr const char* name = "price";
  static constexpr std::size_t cap(wire::chain_limits) noexcept { return 64; }

  [[nodiscard]] static price read(wire::reader& in) {
    return {in.u64("height"), in.u64("amount"), std::string{in.text("currency")}};  // braces: evaluated left to right
  }
  void write(wire::writer& out) const {
    out.u64(height);
    out.u64(amount);
    out.text(currency, "currency");
  }
  [[nodiscard]] std::size_t size(wire::protocol_version) const noexcept { return 24 + currency.size(); }

  std::uint64_t height = 0;
  std::uint64_t amount = 0;
  std::string currency;
};

int main() {
  uv::loop loop;
  node_config config;
  config.listen = *io::endpoint::parse("127.0.0.1:0");
  node_with<price>* buyer_node = nullptr;
  integration::adapter sellers, buyers;
  sellers.listening = [&](io::endpoint at) { buyer_node->connect(at, {}); };
  buyers.peer_connected = [&](const peer::peer_info& peer) { buyer_node->send(peer.id, price{60, 0, "EUR"}); };
  node_with<price> seller{loop, config, sellers}, buyer{loop, config, buyers};
  buyer_node = &buyer;
  seller.handle<price>([&](const peer::peer_info& from, const price& asked) {
    seller.send(from.id, price{asked.height, asked.height * 3, asked.currency});
  });
  buyer.handle<price>([&](const peer::peer_info&, const price& said) {
    std::printf("block %" PRIu64 " costs %" PRIu64 " %s\n", said.height, said.amount, printable(said.currency).c_str());
    seller.stop();
    buyer.stop();
  });
  const auto [sold, bought] = loop.run(when_all(seller.run(), buyer.run()));
  return sold && bought ? 0 : 1;
}
