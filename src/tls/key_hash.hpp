// The hash by which public keys are pinned.
#pragma once

#include <optional>

#include <openssl/x509.h>

#include <pappus/tls/context.hpp>

namespace pappus::tls {

/// Of the certificate's public key; nullopt if there is no memory.
[[nodiscard]] std::optional<key_hash> hash_of_key(const X509& certificate) noexcept;

}  // namespace pappus::tls
