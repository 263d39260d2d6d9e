#include <string_view>

#include <pappus/tls/errc.hpp>

#include "../enum_category.hpp"

namespace pappus::tls {
namespace {

std::string_view text_of(errc code) noexcept {
  switch (code) {
    case errc::no_certificate: return "the other side has sent no certificate";
    case errc::certificate_expired: return "the other side's certificate, or one of its issuers', has expired";
    case errc::certificate_not_yet_valid:
      return "the other side's certificate, or one of its issuers', is not valid yet";
    case errc::wrong_name: return "the other side's certificate is for another host name or address";
    case errc::wrong_key: return "the other side's certificate has another key than expected";
    case errc::self_signed: return "the other side's certificate is self-signed, and not among the trusted ones";
    case errc::unknown_authority: return "the other side's certificate is not signed by a trusted authority";
    case errc::chain_too_long: return "the other side's certificate has too many intermediate issuers";
    case errc::invalid_certificate: return "the other side's certificate is not valid";
    case errc::alert:
      return "the other side has refused the TLS connection by an alert: perhaps it does not accept this "
             "one's certificate";
    case errc::protocol: return "the other side does not speak TLS as it must";
    case errc::truncated: return "the connection has ended without notice";
    case errc::certificate_missing: return "the certificate's file does not exist";
    case errc::certificate_unreadable: return "the certificate's file cannot be read";
    case errc::certificate_too_weak: return "the certificate's key is too short, or its signature too weak";
    case errc::certificate_malformed: return "the certificate's file has no certificate in PEM";
    case errc::key_missing: return "the private key's file does not exist";
    case errc::key_unreadable: return "the private key's file cannot be read";
    case errc::key_malformed: return "the private key's file has no private key in PEM";
    case errc::key_encrypted: return "the private key is encrypted";
    case errc::key_mismatch: return "the private key is not that of the certificate";
    case errc::unusable_authorities: return "the file of authorities does not exist, or has no certificate in PEM";
    case errc::internal_error: return "TLS has failed";
  }
  return "unknown error";
}

}  // namespace

const std::error_category& category() noexcept {
  static const enum_category<errc> known{"pappus.tls", text_of};
  return known;
}

}  // namespace pappus::tls
