// A decoded message is encoded in exactly the announced size, and decoding and encoding that gives the same bytes. A
// bitmap expands to bits within its memory.
#include <type_traits>

#include <pappus/wire/grin_messages.hpp>

#include "fuzz/input.hpp"

using namespace pappus::wire;
using fuzz::require;

namespace {

struct round_trip {
  codec_context spoken;

  template <class Message>
  void operator()(Message&& read) {
    using message_type = std::remove_cvref_t<Message>;
    const auto once = encode(read, spoken.version);
    require(once.has_value() && once->size() == read.size(spoken.version));
    const auto again = decode<message_type>(*once, spoken);
    require(again.has_value());
    require(*encode(*again, spoken.version) == *once);
    if constexpr (std::is_same_v<message_type, messages::output_bitmap_segment>) {
      bytes bits(read.segment.chunks() * bitmap_segment::chunk_size);
      read.segment.expand(bits);
    }
    for (const std::uint32_t version : {1U, 2U, 3U}) {
      const auto other = encode(read, protocol_version{version});
      require(!other.has_value() || other->size() == read.size(protocol_version{version}));
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto in = fuzz::read_input(data, size);
  if (in) static_cast<void>(grin_messages::dispatch(in->received, in->spoken, round_trip{in->spoken}));
  return 0;
}
