#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <system_error>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509err.h>

#include <pappus/tls/context.hpp>
#include <pappus/tls/errc.hpp>

#include "key_hash.hpp"
#include "session.hpp"
#include "settings.hpp"

namespace pappus::tls {
namespace {

/// Intermediate certificates that are followed, count.
constexpr int max_intermediates = 4;

/// Of TLS 1.2. Those of TLS 1.3 all have forward secrecy and authenticated encryption.
constexpr const char* cipher_suites = "ECDHE+AESGCM:ECDHE+CHACHA20";

/// Of key exchanges. OpenSSL's own list has finite fields of up to 8192 bits, too: a client that computes nothing makes
/// a server work in these.
constexpr const char* groups = "X25519:P-256:P-384";

/// Certificates that the other side may send, bytes: all are decoded in one step, before any of them is checked.
constexpr long max_certificates = 12'288;
/// The same where its own is enough.
constexpr long max_pinned_certificates = 4'096;

int native_version(protocol_version version) noexcept {
  return version == protocol_version::tls_1_2 ? TLS1_2_VERSION : TLS1_3_VERSION;
}

/// A key that is encrypted cannot be used: no password is asked for. `asked`: a bool that is set, or null.
int no_password(char* /*into*/, int /*size*/, int /*encrypts*/, void* asked) noexcept {
  if (asked != nullptr) *static_cast<bool*>(asked) = true;
  return 0;
}

bool configure(SSL_CTX* native, protocol_version min, protocol_version max) noexcept {
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
  SSL_CTX_set_default_passwd_cb(native, no_password);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(native,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_max_cert_list(native, max_certificates);
  return SSL_CTX_set_num_tickets(native, 0) == 1 && SSL_CTX_set_cipher_list(native, cipher_suites) == 1 &&
         SSL_CTX_set1_groups_list(native, groups) == 1 &&
         SSL_CTX_set_min_proto_version(native, native_version(min)) == 1 &&
         SSL_CTX_set_max_proto_version(native, native_version(max)) == 1;
}

/// The system's error of opening or reading a file that OpenSSL has reported last; 0 if there is none. Takes all
/// errors.
int take_system_error() noexcept {
  int found = 0;
  while (const unsigned long code = ERR_get_error()) {
    if (ERR_SYSTEM_ERROR(code)) found = ERR_GET_REASON(code);
  }
  return found;
}

/// Which of three errors a file is the reason of.
std::error_code error_of_file(errc missing, errc unreadable, errc malformed) noexcept {
  const int failed = take_system_error();
  if (failed == 0) return malformed;
  return failed == ENOENT ? missing : unreadable;
}

result<void> use(SSL_CTX* native, const certificate_files& own) noexcept {
  ERR_clear_error();
  if (own.sends_leaf_only) SSL_CTX_set_mode(native, SSL_MODE_NO_AUTO_CHAIN);
  const int is_read = own.sends_leaf_only ? SSL_CTX_use_certificate_file(native, own.chain.c_str(), SSL_FILETYPE_PEM)
                                          : SSL_CTX_use_certificate_chain_file(native, own.chain.c_str());
  if (is_read != 1) {
    const int why = ERR_GET_REASON(ERR_peek_last_error());
    const bool is_weak = why == SSL_R_EE_KEY_TOO_SMALL || why == SSL_R_CA_KEY_TOO_SMALL || why == SSL_R_CA_MD_TOO_WEAK;
    if (is_weak) return failure{make_error_code(errc::certificate_too_weak)};
    return failure{error_of_file(errc::certificate_missing, errc::certificate_unreadable, errc::certificate_malformed)};
  }
  bool is_encrypted = false;
  SSL_CTX_set_default_passwd_cb_userdata(native, &is_encrypted);
  const bool has_key = SSL_CTX_use_PrivateKey_file(native, own.key.c_str(), SSL_FILETYPE_PEM) == 1;
  SSL_CTX_set_default_passwd_cb_userdata(native, nullptr);
  if (is_encrypted) return failure{make_error_code(errc::key_encrypted)};
  const int why = ERR_GET_REASON(ERR_peek_last_error());
  const bool is_other = why == X509_R_KEY_VALUES_MISMATCH || why == X509_R_KEY_TYPE_MISMATCH;
  if (has_key ? SSL_CTX_check_private_key(native) != 1 : is_other) {
    return failure{make_error_code(errc::key_mismatch)};
  }
  if (has_key) return {};
  return failure{error_of_file(errc::key_missing, errc::key_unreadable, errc::key_malformed)};
}

/// In place of a check of the certificate's issuer, name and dates.
int check_pinned_key(X509_STORE_CTX* received, void* pinned) noexcept {
  const auto& accepted = *static_cast<const std::vector<key_hash>*>(pinned);
  const X509* const certificate = X509_STORE_CTX_get0_cert(received);
  const auto hash = certificate == nullptr ? std::nullopt : hash_of_key(*certificate);
  const bool is_pinned = hash && std::ranges::find(accepted, *hash) != accepted.end();
  if (hash) session::note_peer_key(*received, *hash);
  X509_STORE_CTX_set_error(received, is_pinned ? X509_V_OK : X509_V_ERR_APPLICATION_VERIFICATION);
  return is_pinned ? 1 : 0;
}

/// `pinned` lives as long as `native`.
bool accept_those_of(SSL_CTX* native, const trust& whom, std::vector<key_hash>& pinned, int mode) {
  SSL_CTX_set_verify(native, mode, nullptr);
  SSL_CTX_set_verify_depth(native, max_intermediates);
  pinned = whom.pinned_keys;
  if (pinned.empty()) {
    if (whom.authorities.empty()) return SSL_CTX_set_default_verify_paths(native) == 1;
    return SSL_CTX_load_verify_locations(native, whom.authorities.c_str(), nullptr) == 1;
  }
  SSL_CTX_set_cert_verify_callback(native, check_pinned_key, &pinned);
  SSL_CTX_set_max_cert_list(native, max_pinned_certificates);
  return true;
}

/// As ALPN sends them. Empty if it cannot.
std::string alpn_list(const std::vector<std::string>& protocols) {
  constexpr std::size_t max_length = 255;
  std::string list;
  for (const std::string& each : protocols) {
    if (each.empty() || each.size() > max_length) return {};
    list += static_cast<char>(each.size());
    list += each;
  }
  return list;
}

const unsigned char* bytes_of(const std::string& list) noexcept {
  return reinterpret_cast<const unsigned char*>(list.data());
}

int select_protocol(SSL* /*connection*/, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void* own) noexcept {
  const std::string& list = *static_cast<const std::string*>(own);
  unsigned char* found = nullptr;
  const int outcome =
      SSL_select_next_proto(&found, size, bytes_of(list), static_cast<unsigned>(list.size()), offered, offered_size);
  *chosen = found;
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

using settings_ptr = std::shared_ptr<context_settings>;

/// What clients and servers have in common.
result<settings_ptr> make_settings(const SSL_METHOD* side, const std::vector<std::string>& protocols,
                                   protocol_version min, protocol_version max) {
  auto made = std::make_shared<context_settings>();
  made->protocols = alpn_list(protocols);
  if (made->protocols.empty() != protocols.empty()) return failure{std::make_error_code(std::errc::invalid_argument)};
  made->native.reset(SSL_CTX_new(side));
  const bool configured = made->native != nullptr && configure(made->native.get(), min, max);
  ERR_clear_error();
  if (!configured) return failure{make_error_code(errc::internal_error)};
  return made;
}

}  // namespace

result<context> context::client(const client_options& options) {
  PAPPUS_TRY(made, make_settings(TLS_client_method(), options.protocols, options.min_version, options.max_version));
  SSL_CTX* const native = made->native.get();
  const std::string& list = made->protocols;
  if (!list.empty() && SSL_CTX_set_alpn_protos(native, bytes_of(list), static_cast<unsigned>(list.size())) != 0) {
    return failure{make_error_code(errc::internal_error)};
  }
  const bool has_own = !options.own.chain.empty() || !options.own.key.empty();
  const auto used = has_own ? use(native, options.own) : result<void>{};
  const bool is_trusting = used && accept_those_of(native, options.servers, made->pinned_keys, SSL_VERIFY_PEER);
  ERR_clear_error();
  if (!used) return failure{used.error()};
  if (!is_trusting) return failure{make_error_code(errc::unusable_authorities)};
  return context{std::move(made)};
}

result<context> context::server(const server_options& options) {
  PAPPUS_TRY(made, make_settings(TLS_server_method(), options.protocols, options.min_version, options.max_version));
  SSL_CTX* const native = made->native.get();
  if (!made->protocols.empty()) SSL_CTX_set_alpn_select_cb(native, select_protocol, &made->protocols);
  constexpr int demand = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  const auto used = use(native, options.own);
  const bool is_trusting =
      used && (!options.clients || accept_those_of(native, *options.clients, made->pinned_keys, demand));
  ERR_clear_error();
  if (!used) return failure{used.error()};
  if (!is_trusting) return failure{make_error_code(errc::unusable_authorities)};
  return context{std::move(made)};
}

std::optional<key_hash> context::own_key() const noexcept {
  const X509* const certificate = SSL_CTX_get0_certificate(settings_->native.get());
  return certificate == nullptr ? std::nullopt : hash_of_key(*certificate);
}

}  // namespace pappus::tls
