// A TLS stream of ours whose other side sends anything: bytes in place of a handshake, bytes after one, or a handshake
// and text of OpenSSL's of which some bytes are altered on the way. A handshake of bytes alone never succeeds, and what
// is read is what was sent, up to where it was altered. The first byte has our role and which of the three it is, the
// second how the bytes are split.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include <pappus/coro/when_all.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/sim/world.hpp>
#include <pappus/tls/handshake.hpp>

#include "../tls/certificates.hpp"
#include "../tls/openssl_peer.hpp"
#include "input.hpp"

using namespace pappus;
using namespace std::chrono_literals;
using fuzz::require;
using tls_test::openssl_peer;

namespace {

constexpr std::string_view text = "what the other side has really said";

/// Made once, valid at the time of each world.
struct credentials {
  tls_test::identity own{sim::world_options{}.epoch, {"node"}};
  tls::context client = make_client();
  tls::context server = make_server();

  [[nodiscard]] static const credentials& get() {
    static const credentials made;
    return made;
  }

private:
  [[nodiscard]] tls::context make_client() const {
    tls::client_options how;
    how.servers.pinned_keys = {own.key_hash()};
    return tls::context::client(how).value();
  }
  [[nodiscard]] tls::context make_server() const {
    tls_test::pem_folder files;
    tls::server_options how;
    how.own = files.files({&own});
    return tls::context::server(how).value();
  }
};

enum class attack_kind { raw, after_handshake, altered };

struct attack {
  bool on_server;  // whose side is ours
  attack_kind kind;
  std::uint32_t split;
  std::span<const std::uint8_t> bytes;
};

/// Sends bytes in pieces.
task<void> send(io::runtime& from, io::stream& to, std::span<const std::uint8_t> bytes, std::uint32_t state) {
  std::span<const std::byte> left = std::as_bytes(bytes);
  while (!left.empty()) {
    state = state * 1'664'525 + 1'013'904'223;
    const std::size_t count = std::min<std::size_t>(1 + (state >> 16) % 400, left.size());
    const auto written = co_await to.write_all(left.first(count));
    if (!written) co_return;
    left = left.subspan(count);
    if (state % 3 == 0) static_cast<void>(co_await io::sleep_for(from, 1ms));
  }
}

/// What OpenSSL sends, of which bytes are altered: each three of the attack are an offset in all that is sent, and a
/// value for exclusive or.
class altering_peer {
public:
  altering_peer(io::stream_ptr over, const attack& how)
      : peer_(how.on_server ? openssl_peer::client(std::move(over))
                            : openssl_peer::server(std::move(over), credentials::get().own)),
        how_(how) {}

  task<void> run() {
    SSL* const native = peer_.native();
    while (SSL_do_handshake(native) != 1) {
      const bool goes_on = co_await exchange();
      if (!goes_on) co_return;
    }
    static_cast<void>(SSL_write(native, text.data(), static_cast<int>(text.size())));
    static_cast<void>(SSL_shutdown(native));
    static_cast<void>(co_await exchange());
  }

private:
  task<bool> exchange() {
    ERR_clear_error();
    std::string out = peer_.outgoing();
    for (std::size_t i = 0; i + 2 < how_.bytes.size(); i += 3) {
      const std::size_t at = std::size_t{how_.bytes[i]} << 8U | how_.bytes[i + 1];
      if (at >= sent_ && at - sent_ < out.size())
        out[at - sent_] = static_cast<char>(out[at - sent_] ^ how_.bytes[i + 2]);
    }
    sent_ += out.size();
    const auto written = co_await peer_.below().write_all(out);
    if (!written) co_return false;
    const auto received = co_await peer_.below().read_view();
    if (!received) co_return false;
    co_return BIO_write(SSL_get_rbio(peer_.native()), received->data(), static_cast<int>(received->size())) > 0;
  }

  openssl_peer peer_;
  const attack& how_;
  std::size_t sent_ = 0;
};

task<void> run_attacker(io::runtime& from, io::stream_ptr over, const attack& how) {
  if (how.kind == attack_kind::altered) {
    altering_peer peer{std::move(over), how};
    co_await peer.run();
    co_return;
  }
  if (how.kind == attack_kind::raw) {
    co_await send(from, *over, how.bytes, how.split);
    co_return;
  }
  openssl_peer peer = how.on_server ? openssl_peer::client(std::move(over))
                                    : openssl_peer::server(std::move(over), credentials::get().own);
  require(co_await peer.handshake());
  co_await send(from, peer.below(), how.bytes, how.split);
}

/// Reads to the end, and says what was read.
task<std::string> run_victim(io::runtime& on, io::stream_ptr over, const attack& how) {
  const credentials& known = credentials::get();
  auto handshake = how.on_server ? tls::accept(on, std::move(over), known.server)
                                 : tls::connect(on, std::move(over), known.client, {});
  auto made = co_await io::with_timeout(on, 10s, std::move(handshake));
  require(how.kind != attack_kind::raw || !made);
  require(how.kind != attack_kind::after_handshake || made);
  std::string read;
  while (made) {
    const auto view = co_await io::with_timeout(on, 10s, made->stream->read_view());
    if (!view) break;
    read.append(reinterpret_cast<const char*>(view->data()), view->size());
  }
  co_return read;
}

task<void> play(sim::machine& ours, sim::machine& theirs, const attack& how) {
  auto listener = ours.runtime().listen({{}, 1}).value();
  auto dialing = [](io::runtime& from, io::endpoint to) -> task<io::stream_ptr> {
    co_return (co_await from.connect(to)).value();
  };
  auto accepting = [](io::listener& at) -> task<io::stream_ptr> { co_return (co_await at.accept()).value(); };
  auto both = co_await when_all(dialing(theirs.runtime(), io::endpoint{ours.address(), 1}), accepting(*listener));
  auto attacker = run_attacker(theirs.runtime(), std::move(std::get<0>(both)), how);
  auto victim = run_victim(ours.runtime(), std::move(std::get<1>(both)), how);
  const auto ended = co_await when_all(std::move(victim), std::move(attacker));
  const std::string& read = std::get<0>(ended);
  require(how.kind == attack_kind::altered ? text.starts_with(read) : read.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  constexpr int kinds = 3;
  const attack how{(data[0] & 1) != 0, attack_kind{(data[0] >> 1) % kinds}, data[1] + 1U, {data + 2, size - 2}};
  sim::world world{1};
  sim::machine& ours = world.add_machine();
  sim::machine& theirs = world.add_machine();
  world.run(play(ours, theirs, how));
  return 0;
}
