#include "session.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <ctime>
#include <utility>
#include <vector>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <pappus/ip_address.hpp>
#include <pappus/tls/errc.hpp>

#include "certificate_message.hpp"
#include "key_hash.hpp"
#include "memory_bio.hpp"
#include "settings.hpp"

namespace pappus::tls {
namespace {

errc error_of_certificate(long verdict) noexcept {
  switch (verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return errc::certificate_expired;
    case X509_V_ERR_CERT_NOT_YET_VALID: return errc::certificate_not_yet_valid;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return errc::wrong_name;
    case X509_V_ERR_APPLICATION_VERIFICATION: return errc::wrong_key;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return errc::self_signed;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: return errc::unknown_authority;
    case X509_V_ERR_CERT_CHAIN_TOO_LONG: return errc::chain_too_long;
    default: return errc::invalid_certificate;
  }
}

/// Whether OpenSSL's error is an alert that the other side has sent.
bool is_alert(unsigned long code) noexcept {
  return ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) >= SSL_AD_REASON_OFFSET;
}

}  // namespace

result<std::unique_ptr<session>> session::make(context of, role as, const std::string& name, io::wall_time now) {
  std::unique_ptr<session> made{new session{std::move(of)}};
  if (!made->open()) return failure{std::make_error_code(std::errc::not_enough_memory)};
  SSL* const native = made->native_.get();
  X509_VERIFY_PARAM_set_time(SSL_get0_param(native), std::chrono::system_clock::to_time_t(now));
  if (as == role::server) {
    SSL_set_accept_state(native);
  } else {
    SSL_set_connect_state(native);
    const bool is_name = made->expect_name(name);
    ERR_clear_error();
    if (!is_name) return failure{std::make_error_code(std::errc::invalid_argument)};
  }
  return made;
}

bool session::open() noexcept {
  native_.reset(SSL_new(of_.settings_->native.get()));
  BIO* const bytes = memory_bio::make(*this);
  if (native_ == nullptr || bytes == nullptr) {
    BIO_free(bytes);
    return false;
  }
  SSL_set_bio(native_.get(), bytes, bytes);
  SSL_set_app_data(native_.get(), this);
  SSL_set_msg_callback(native_.get(), on_message);
  SSL_set_msg_callback_arg(native_.get(), this);
  return true;
}

/// OpenSSL calls it with each message of the handshake protocol, before it does anything with it, and has no other word
/// of a key update. It offers no way to refuse a message. Of certificates that are refused it therefore finds zeros,
/// which are no message: it would else decode their keys, and what that costs is the sender's choice.
void session::on_message(int is_written, int /*version*/, int content, const void* bytes, std::size_t size, SSL* /*of*/,
                         void* owner) noexcept {
  constexpr std::size_t header = SSL3_HM_HEADER_LENGTH;
  if (is_written != 0 || content != SSL3_RT_HANDSHAKE || size < header) return;
  session& on = *static_cast<session*>(owner);
  const auto* const message = static_cast<const std::byte*>(bytes);
  switch (std::to_integer<int>(*message)) {
    case SSL3_MT_KEY_UPDATE:
      ++on.key_updates_;
      ++on.undrained_key_updates_;
      break;
    case SSL3_MT_CERTIFICATE:
      on.refused_certificate_ = on.reason_to_refuse({message + header, size - header});
      if (on.refused_certificate_) std::memset(const_cast<std::byte*>(message) + header, 0, size - header);
      break;
    default: break;
  }
}

/// With pinned keys there is one certificate, and its key is one of them. Without any OpenSSL says so.
std::optional<errc> session::reason_to_refuse(std::span<const std::byte> certificates) noexcept {
  const std::vector<key_hash>& pinned = of_.settings_->pinned_keys;
  if (pinned.empty()) return std::nullopt;
  const certificate_message read = read_certificate_message(certificates, version());
  if (read.count == 0) return std::nullopt;
  if (read.count != 1) return errc::chain_too_long;
  checked_key_ = hash_of_encoded_key(read.first);
  const bool is_pinned = checked_key_ && std::ranges::find(pinned, *checked_key_) != pinned.end();
  return is_pinned ? std::nullopt : std::optional{errc::wrong_key};
}

/// RFC 6066 has no addresses in SNI. The subject's common name is not looked at (RFC 9525).
bool session::expect_name(const std::string& name) {
  if (name.empty()) return true;
  SSL* const native = native_.get();
  if (const auto address = ip_address::parse(name)) {
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(native), to_string(*address).c_str()) == 1;
  }
  const std::string host = name.ends_with('.') ? name.substr(0, name.size() - 1) : name;   // the root of DNS
  const bool has_empty_label = host.empty() || host.front() == '.' || host.back() == '.';  // OpenSSL: any subdomain
  if (has_empty_label || host.find("..") != std::string::npos || host.find('\0') != std::string::npos) return false;
  SSL_set_hostflags(native, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  return SSL_set1_host(native, host.c_str()) == 1 && SSL_set_tlsext_host_name(native, host.c_str()) == 1;
}

bool session::needs_name(const context& of) noexcept { return of.settings_->pinned_keys.empty(); }

void session::keep() {
  if (incoming_.empty() || is_kept_) return;
  kept_.assign(incoming_.begin(), incoming_.end());
  incoming_ = kept_;
  is_kept_ = true;
}

session::progress session::handshake() noexcept {
  if (error_) return progress::failed;
  ERR_clear_error();
  return after(SSL_do_handshake(native_.get()));
}

session::progress session::read(io::buffer into, std::size_t& got) noexcept {
  if (error_) return progress::failed;
  ERR_clear_error();
  const progress came = after(SSL_read_ex(native_.get(), into.data(), into.size(), &got));
  if (came == progress::done) key_updates_ = 0;
  return came;
}

std::size_t session::write(io::const_buffer bytes) noexcept {
  if (error_) return 0;
  ERR_clear_error();
  std::size_t written = 0;
  const progress came = after(SSL_write_ex(native_.get(), bytes.data(), bytes.size(), &written));
  if (came == progress::done) return written;
  if (!error_) error_ = errc::internal_error;  // it never needs bytes here: there is no renegotiation
  return 0;
}

void session::shut_down() noexcept {
  if (error_) return;
  SSL_shutdown(native_.get());
  ERR_clear_error();
}

session::progress session::after(int returned) noexcept {
  if (returned == 1) return progress::done;
  switch (SSL_get_error(native_.get(), returned)) {
    case SSL_ERROR_WANT_READ: return progress::needs_bytes;
    case SSL_ERROR_ZERO_RETURN: return progress::ended;
    default: break;
  }
  error_ = reason();
  ERR_clear_error();
  return progress::failed;
}

std::error_code session::reason() const noexcept {
  if (refused_certificate_) return *refused_certificate_;
  if (key_updates_ > max_key_updates) return errc::protocol;
  const unsigned long code = ERR_peek_last_error();  // the first one may be of a signature
  const long verdict = SSL_get_verify_result(native_.get());
  const int why = ERR_GET_REASON(code);
  if (why == SSL_R_CERTIFICATE_VERIFY_FAILED && verdict != X509_V_OK) return error_of_certificate(verdict);
  if (why == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) return errc::no_certificate;
  if (is_alert(code)) return errc::alert;
  const bool is_own = code == 0 || why == ERR_R_MALLOC_FAILURE || why == ERR_R_INTERNAL_ERROR;
  return is_own ? errc::internal_error : errc::protocol;
}

protocol_version session::version() const noexcept {
  return SSL_version(native_.get()) == TLS1_2_VERSION ? protocol_version::tls_1_2 : protocol_version::tls_1_3;
}

std::string session::protocol() const {
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(native_.get(), &chosen, &size);
  return {reinterpret_cast<const char*>(chosen), size};
}

void session::note_peer_key(X509_STORE_CTX& checked, const key_hash& key) noexcept {
  auto* const native = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(&checked, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* const of = static_cast<session*>(SSL_get_app_data(native));
  of->checked_key_ = key;
}

std::optional<key_hash> session::peer_key() const noexcept {
  if (checked_key_) return checked_key_;
  const X509* const certificate = SSL_get0_peer_certificate(native_.get());
  return certificate == nullptr ? std::nullopt : hash_of_key(*certificate);
}

}  // namespace pappus::tls
