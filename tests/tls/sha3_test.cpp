// SHA3-256.
#include <span>
#include <string_view>

#include <doctest/doctest.h>

#include <pappus/tls/sha3.hpp>
#include <pappus/wire/hex.hpp>

namespace tls_sha3_test {

TEST_CASE("the hashes are those of FIPS 202's examples") {
  const auto hash_of = [](std::string_view text) {
    const auto hash = pappus::tls::sha3_256(std::as_bytes(std::span{text})).value();
    return pappus::wire::to_hex(std::as_bytes(std::span{hash}));
  };
  CHECK(hash_of("") == "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a");
  CHECK(hash_of("abc") == "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532");
}

}  // namespace tls_sha3_test
