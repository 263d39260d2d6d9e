// A node in a program without coroutines: dials a peer, sends it a transaction and prints statistics, using callbacks
// only.
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>

#include <pappus/pappus.hpp>
#include <pappus/wire/grin_messages.hpp>
#include <pappus/wire/hex.hpp>

using namespace pappus;
using namespace std::chrono_literals;

namespace {

/// Reads a transaction from a file of hexadecimal digits. Returns null on failure.
wire::transaction_ptr read_transaction(const char* path, const wire::codec_context& spoken) {
  std::string digits;
  std::ifstream{path} >> digits;
  const auto body = wire::bytes_from_hex(digits);
  if (!body) return nullptr;
  auto read = wire::decode<wire::messages::transaction>(*body, spoken);
  return read ? read->tx : nullptr;
}

/// The program: a node and its callbacks.
class watcher {
public:
  watcher(uv::loop& loop, node_config config, io::endpoint peer, wire::transaction_ptr tx)
      : peer_(peer), tx_(std::move(tx)), node_(loop, std::move(config), make_host()), every_second_(loop), end_(loop) {}

  int run_on(uv::loop& loop) {
    const auto ran = loop.run(node_.run());
    if (!ran) std::fprintf(stderr, "pappus-callbacks: %s\n", ran.error().message().c_str());
    return ran && reached_ ? 0 : 1;
  }

private:
  integration::adapter make_host() {
    integration::adapter host;
    host.listening = [this](io::endpoint) { begin(); };
    // A peer that received the announcement of a transaction may request it.
    host.get_transaction = [this](const wire::hash& kernel) {
      return tx_->kernel_hash(0) == kernel ? tx_ : wire::transaction_ptr{};
    };
    host.peer_disconnected = [](const peer::peer_info& who, const peer::disconnect_info& why) {
      std::printf("%s has gone: %s\n", to_string(who.endpoint).c_str(), to_string(why).c_str());
    };
    return host;
  }

  void begin() {
    node_.connect(peer_, [this](const auto& connected) {
      if (!connected) {
        std::printf("no connection: %s\n", connected.error().message().c_str());
        return node_.stop();
      }
      std::printf("connected to %s\n", connected->user_agent.c_str());
      reached_ = true;
      const auto report = node_.fluff(tx_);
      std::printf("told %zu of kernel %s\n", report.sent, to_string(tx_->kernel_hash(0)).c_str());
      end_.start_once(3s, [this] { node_.stop(); });
    });
    every_second_.start_repeating(1s, [this] {
      const auto now = node_.statistics();
      std::printf("%zu peers, %llu bytes sent\n", now.inbound + now.outbound,
                  static_cast<unsigned long long>(now.connections.bytes_sent));
    });
  }

  const io::endpoint peer_;
  const wire::transaction_ptr tx_;
  bool reached_ = false;
  node node_;
  io::timer every_second_;
  io::timer end_;
};

}  // namespace

int main(int argc, char** argv) {
  node_config config;
  config.listen = *io::endpoint::parse("127.0.0.1:0");
  const auto peer = io::endpoint::parse(argc == 3 ? argv[1] : "");
  const auto tx = argc == 3 ? read_transaction(argv[2], {config.protocol_version, config.chain.limits}) : nullptr;
  if (!peer || !tx) {
    std::fputs(
        "usage: pappus-callbacks PEER TRANSACTION_FILE\n"
        "  PEER is the A.B.C.D:PORT of a node on usernet; the file holds a transaction in hexadecimal, such as\n"
        "  tests/data/grin/two_outputs.v1000.hex\n",
        argc == 2 && std::string{argv[1]} == "--help" ? stdout : stderr);
    return argc == 2 && std::string{argv[1]} == "--help" ? 0 : 2;
  }

  uv::loop loop;
  watcher program{loop, std::move(config), *peer, tx};
  return program.run_on(loop);
}
