// Hashes of keys as text.
#include <chrono>
#include <cstddef>
#include <string>

#include <doctest/doctest.h>

#include <pappus/tls/context.hpp>
#include <pappus/tls/key_hash.hpp>

#include "certificates.hpp"

namespace tls_key_hash_test {

using namespace pappus;

TEST_CASE("a hash is 64 hexadecimal digits, and read from either case") {
  tls::key_hash key{};
  for (std::size_t i = 0; i != key.size(); ++i) key[i] = static_cast<std::byte>(i * 9);
  const std::string text = tls::to_hex(key);
  CHECK(text == "0009121b242d363f48515a636c757e879099a2abb4bdc6cfd8e1eaf3fc050e17");
  CHECK(tls::key_hash_from_hex(text) == key);
  CHECK(tls::key_hash_from_hex("0009121B242D363F48515A636C757E879099A2ABB4BDC6CFD8E1EAF3FC050E17") == key);
}

TEST_CASE("other texts are no hash") {
  const std::string good(64, 'a');
  CHECK(tls::key_hash_from_hex(good));
  for (const std::string& text : {std::string{}, good.substr(1), good + "a", good + "aa", good.substr(1) + "g",
                                  " " + good.substr(1), "0x" + good.substr(2), std::string(64, '\0')}) {
    CAPTURE(text);
    CHECK_FALSE(tls::key_hash_from_hex(text));
  }
}

TEST_CASE("a context knows the hash of its own key, if it has one") {
  tls_test::pem_folder files;
  const tls_test::identity own{io::wall_time{std::chrono::hours{24 * 365 * 50}}, {"own"}};
  tls::server_options of_server;
  of_server.own = files.files({&own});
  CHECK(tls::context::server(of_server).value().own_key() == own.key_hash());
  tls::client_options of_client;
  of_client.servers.pinned_keys = {own.key_hash()};
  CHECK_FALSE(tls::context::client(of_client).value().own_key());
  of_client.own = of_server.own;
  CHECK(tls::context::client(of_client).value().own_key() == own.key_hash());
}

}  // namespace tls_key_hash_test
