// Every decoder with random bytes: an error has a message and a position inside the body, and is the same when the body
// is checked while it arrives.
#include <pappus/wire/grin_messages.hpp>

#include "fuzz/input.hpp"

using namespace pappus::wire;

namespace {

decode_result<void> arriving_in_thirds(const frame& whole, const codec_context& spoken) {
  order_progress known;
  for (const std::size_t third : {whole.body.size() / 3, whole.body.size() * 2 / 3}) {
    const frame part{whole.header, whole.known, whole.body.first(third)};
    PAPPUS_TRY_DISCARD(grin_messages::check_prefix(part, spoken, known));
  }
  return grin_messages::dispatch(whole, spoken, known, [](auto&&) {});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto in = fuzz::read_input(data, size);
  if (!in) return 0;
  const auto handled = grin_messages::dispatch(in->received, in->spoken, [](auto&&) {});
  const auto arrived = arriving_in_thirds(in->received, in->spoken);
  fuzz::require(handled.has_value() == arrived.has_value());
  if (handled) return 0;
  fuzz::require(!to_string(handled.error()).empty());
  fuzz::require(to_string(handled.error()) == to_string(arrived.error()));
  fuzz::require(handled.error().offset <= in->received.body.size() || !grin_messages::is_known(data[0]));
  return 0;
}
