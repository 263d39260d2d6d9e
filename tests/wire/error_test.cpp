// The messages of errors.
#include <doctest/doctest.h>

#include <pappus/wire/error.hpp>

namespace error_test {

using namespace pappus::wire;

TEST_CASE("the message of a decode error has the wire message, the field, the position and the reason") {
  CHECK(to_string(decode_error{decode_errc::unexpected_end, "transaction", "outputs[].commitment", 3, 812}) ==
        "transaction.outputs[3].commitment at byte 812: unexpected end");
  CHECK(to_string(decode_error{decode_errc::wrong_magic, "frame", "magic", 0, 0}) ==
        "frame.magic at byte 0: wrong magic");
  CHECK(to_string(decode_error{decode_errc::trailing_bytes, "", "end", 7, 16}) == "end at byte 16: trailing bytes");
}

TEST_CASE("every decode_errc has a message of its own") {
  for (int one = 0; one <= static_cast<int>(decode_errc::unknown_type); ++one) {
    const auto text = to_string(static_cast<decode_errc>(one));
    CHECK(text != "unknown fault");
    for (int other = 0; other < one; ++other) CHECK(text != to_string(static_cast<decode_errc>(other)));
  }
}

TEST_CASE("the message of an encode error has the field and the reason") {
  CHECK(to_string(encode_error{encode_errc::inputs_lack_features, "inputs"}) == "inputs: inputs lack features");
  CHECK(to_string(encode_error{encode_errc::over_limit, "user_agent"}) == "user_agent: over the limit");
}

}  // namespace error_test
