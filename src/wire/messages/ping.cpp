// The bodies of Ping and Pong, which are the same.
#include <pappus/wire/messages/ping.hpp>

namespace pappus::wire::messages {
namespace {

template <class Sign>
Sign read_sign(reader& in) noexcept {
  Sign value;
  value.total_difficulty = in.u64("total_difficulty");
  value.height = in.u64("height");
  return value;
}

template <class Sign>
void write_sign(writer& out, const Sign& value) {
  out.u64(value.total_difficulty);
  out.u64(value.height);
}

}  // namespace

ping ping::read(reader& in) noexcept { return read_sign<ping>(in); }
void ping::write(writer& out) const { write_sign(out, *this); }

pong pong::read(reader& in) noexcept { return read_sign<pong>(in); }
void pong::write(writer& out) const { write_sign(out, *this); }

}  // namespace pappus::wire::messages
