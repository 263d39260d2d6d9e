// An echo server, and a client that sends it standard input: the smallest useful program with the library.
#include <array>
#include <cstdio>
#include <span>
#include <string_view>

#include <pappus/pappus.hpp>

using namespace pappus;

using block = std::array<std::byte, 4096>;

/// Sends back to a peer what it receives from it. Its failure does not affect the other connections.
task<result<void>> echo(io::stream_ptr peer) {
  block room;
  for (;;) {
    PAPPUS_CO_TRY(count, co_await peer->read_some(room));
    PAPPUS_CO_TRY_DISCARD(co_await peer->write_all(std::span{room}.first(count)));
  }
}

task<result<void>> serve(scope& peers, io::runtime* net, io::endpoint where) {
  PAPPUS_CO_TRY(listener, net->listen(where));
  std::printf("listening on %s\n", to_string(listener->local_endpoint()).c_str());
  std::fflush(stdout);
  for (;;) {
    PAPPUS_CO_TRY(peer, co_await listener->accept());
    peers.spawn(echo(std::move(peer)));
  }
}

task<result<void>> talk(uv::loop& loop, io::endpoint where) {
  PAPPUS_CO_TRY(input, uv::open_descriptor(loop, 0));
  PAPPUS_CO_TRY(output, uv::open_descriptor(loop, 1));
  PAPPUS_CO_TRY(server, co_await loop.runtime().connect(where));
  block room;
  for (;;) {
    PAPPUS_CO_TRY(count, co_await input->read_some(room));
    const auto said = std::span{room}.first(count);
    PAPPUS_CO_TRY_DISCARD(co_await server->write_all(said));
    PAPPUS_CO_TRY_DISCARD(co_await server->read_exact(said));
    PAPPUS_CO_TRY_DISCARD(co_await output->write_all(said));
  }
}

int main(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  const auto where = io::endpoint::parse(argc == 3 ? argv[2] : "");
  if (!where || (mode != "--listen" && mode != "--connect")) {
    std::puts("usage: pappus-echo --listen A.B.C.D:PORT | --connect A.B.C.D:PORT");
    return mode == "--help" ? 0 : 2;
  }

  uv::loop loop;
  const auto ended =
      mode == "--listen" ? loop.run(with_scope(serve, &loop.runtime(), *where)) : loop.run(talk(loop, *where));
  if (ended || ended.error() == make_error_code(errc::end_of_stream)) return 0;
  std::fprintf(stderr, "pappus-echo: %s\n", ended.error().message().c_str());
  return 1;
}
