#include <string_view>

#include <pappus/tls/errc.hpp>

#include "../enum_category.hpp"

namespace pappus::tls {
namespace {

std::string_view text_of(errc code) noexcept {
  switch (code) {
    case errc::no_certificate: return "the other side has no certificate";
    case errc::certificate_expired: return "the certificate has expired";
    case errc::certificate_not_yet_valid: return "the certificate is not valid yet";
    case errc::wrong_name: return "the certificate is for another name";
    case errc::wrong_key: return "the certificate has another key";
    case errc::self_signed: return "the certificate is self-signed";
    case errc::unknown_authority: return "the certificate is signed by an unknown authority";
    case errc::chain_too_long: return "the chain of certificates is too long";
    case errc::invalid_certificate: return "the certificate is invalid";
    case errc::alert: return "the other side has refused the connection";
    case errc::protocol: return "the other side does not speak TLS as it must";
    case errc::truncated: return "the connection has ended without notice";
    case errc::unusable_certificate: return "the certificate, the key or the authorities cannot be used";
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
