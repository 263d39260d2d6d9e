// The hash function against known answers, in one piece and in parts.
#include <string_view>

#include <doctest/doctest.h>

#include <pappus/wire/hash.hpp>

namespace hash_test {

using namespace pappus::wire;

namespace {

bytes_view view(std::string_view text) { return std::as_bytes(std::span{text}); }

}  // namespace

// From the reference implementation: b2sum -l 256.
TEST_CASE("the hash is BLAKE2b with 32 bytes of output and no key") {
  CHECK(to_string(blake2b(bytes_view{})) == "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  CHECK(to_string(blake2b(view("abc"))) == "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

TEST_CASE("hashing parts gives the hash of the whole") {
  const std::string text(1000, 'x');
  const hash whole = blake2b(view(text));
  for (std::size_t cut = 0; cut <= text.size(); cut += 37) {
    const bytes_view all = view(text);
    CHECK(blake2b({all.first(cut), all.subspan(cut)}) == whole);
  }
  CHECK(blake2b({}) == blake2b(bytes_view{}));
}

}  // namespace hash_test
