// Every decoder under random bytes: what is refused is refused with a text, at a place inside the body.
#include <pappus/wire/grin_messages.hpp>

#include "fuzz/input.hpp"

using namespace pappus::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto in = fuzz::read_input(data, size);
  if (!in) return 0;
  const auto handled = grin_messages::dispatch(in->received, in->spoken, [](auto&&) {});
  if (handled) return 0;
  fuzz::require(!to_string(handled.error()).empty());
  fuzz::require(handled.error().offset <= in->received.body.size() || !grin_messages::is_known(data[0]));
  return 0;
}
