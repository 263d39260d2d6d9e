// What a context consists of.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <openssl/ssl.h>

#include <pappus/tls/context.hpp>

namespace pappus::tls {

struct native_context_deleter {
  void operator()(SSL_CTX* native) const noexcept { SSL_CTX_free(native); }
};

/// OpenSSL's callbacks have pointers to it.
struct context_settings {
  std::unique_ptr<SSL_CTX, native_context_deleter> native;
  std::vector<key_hash> pinned_keys;
  std::string protocols;  // as ALPN sends them: each after its length
};

}  // namespace pappus::tls
