#include "key_hash.hpp"

#include <cstddef>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <pappus/wire/hex.hpp>

namespace pappus::tls {

std::optional<key_hash> hash_of_key(const X509& certificate) noexcept {
  unsigned char* encoded = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(&certificate), &encoded);
  if (size <= 0) return std::nullopt;
  key_hash hash{};
  auto* const into = reinterpret_cast<unsigned char*>(hash.data());
  const bool hashed = EVP_Digest(encoded, static_cast<std::size_t>(size), into, nullptr, EVP_sha256(), nullptr) == 1;
  OPENSSL_free(encoded);
  if (!hashed) return std::nullopt;
  return hash;
}

std::string to_hex(const key_hash& key) { return wire::to_hex(key); }

std::optional<key_hash> key_hash_from_hex(std::string_view text) {
  key_hash key{};
  if (!wire::read_hex(text, key)) return std::nullopt;
  return key;
}

}  // namespace pappus::tls
