// Keys and certificates, made when a test needs them, so that none of them ever expires in earnest.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <pappus/io/time.hpp>
#include <pappus/tls/context.hpp>

#include "../support/temporary_folder.hpp"

namespace tls_test {

using namespace pappus;
using namespace std::chrono_literals;

struct openssl_deleter {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const noexcept { X509_EXTENSION_free(extension); }
  void operator()(BIO* file) const noexcept { BIO_free(file); }
};
template <class T>
using openssl_ptr = std::unique_ptr<T, openssl_deleter>;

/// Throws unless OpenSSL has succeeded.
inline void require(bool succeeded) {
  if (!succeeded) throw std::runtime_error("OpenSSL has failed");
}

/// What is to be in a certificate.
struct certificate_fields {
  std::string subject;
  std::string names = {};  // as OpenSSL's configuration has them: "DNS:a.example,IP:::1"; empty: none
  bool is_authority = false;
  io::duration valid_from = -24h;  // both from now on
  io::duration valid_until = 24h;
};

/// The same key for each number, with signatures of one size, so that two runs of a simulation send as many bytes.
inline openssl_ptr<EVP_PKEY> ed25519_key(unsigned char number) {
  const std::array<unsigned char, 32> secret{number};
  return openssl_ptr<EVP_PKEY>{EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, secret.data(), secret.size())};
}

/// A key and its certificate.
class identity {
public:
  /// With a new key. `issuer`: null for one that signs itself.
  identity(io::wall_time now, const certificate_fields& fields, const identity* issuer = nullptr)
      : identity(openssl_ptr<EVP_PKEY>{EVP_EC_gen("P-256")}, now, fields, issuer) {}
  identity(openssl_ptr<EVP_PKEY> key, io::wall_time now, const certificate_fields& fields,
           const identity* issuer = nullptr)
      : key_(std::move(key)), certificate_(X509_new()) {
    require(key_ != nullptr && certificate_ != nullptr);
    X509* const made = certificate_.get();
    static long serial = 0;
    std::time_t seconds = std::chrono::system_clock::to_time_t(now);
    require(X509_set_version(made, X509_VERSION_3) == 1);
    require(ASN1_INTEGER_set(X509_get_serialNumber(made), ++serial) == 1);
    require(X509_time_adj_ex(X509_getm_notBefore(made), 0, seconds_of(fields.valid_from), &seconds) != nullptr);
    require(X509_time_adj_ex(X509_getm_notAfter(made), 0, seconds_of(fields.valid_until), &seconds) != nullptr);
    require(X509_set_pubkey(made, key_.get()) == 1);
    const auto* const name = reinterpret_cast<const unsigned char*>(fields.subject.c_str());
    require(X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_UTF8, name, -1, -1, 0) == 1);
    const identity& signer = issuer == nullptr ? *this : *issuer;
    require(X509_set_issuer_name(made, X509_get_subject_name(signer.certificate())) == 1);
    if (fields.is_authority) add(NID_basic_constraints, "critical,CA:TRUE");
    if (!fields.names.empty()) add(NID_subject_alt_name, fields.names.c_str());
    const bool hashes_itself = EVP_PKEY_is_a(signer.key_.get(), "ED25519") == 1;
    require(X509_sign(made, signer.key_.get(), hashes_itself ? nullptr : EVP_sha256()) != 0);
  }

  [[nodiscard]] X509* certificate() const noexcept { return certificate_.get(); }
  [[nodiscard]] EVP_PKEY* key() const noexcept { return key_.get(); }

  /// SHA-256 of the public key.
  [[nodiscard]] tls::key_hash key_hash() const {
    unsigned char* encoded = nullptr;
    const int size = i2d_PUBKEY(key_.get(), &encoded);
    require(size > 0);
    tls::key_hash hash{};
    auto* const into = reinterpret_cast<unsigned char*>(hash.data());
    const int hashed = EVP_Digest(encoded, static_cast<std::size_t>(size), into, nullptr, EVP_sha256(), nullptr);
    OPENSSL_free(encoded);
    require(hashed == 1);
    return hash;
  }

private:
  static long seconds_of(io::duration length) {
    return static_cast<long>(std::chrono::duration_cast<std::chrono::seconds>(length).count());
  }

  void add(int kind, const char* value) {
    const openssl_ptr<X509_EXTENSION> extension{X509V3_EXT_conf_nid(nullptr, nullptr, kind, value)};
    require(extension != nullptr && X509_add_ext(certificate_.get(), extension.get(), -1) == 1);
  }

  openssl_ptr<EVP_PKEY> key_;
  openssl_ptr<X509> certificate_;
};

/// Writes PEM files.
class pem_folder {
public:
  /// A file with these certificates.
  std::string certificates(const std::vector<const identity*>& all) {
    const std::string name = next();
    const openssl_ptr<BIO> file{BIO_new_file(name.c_str(), "w")};
    require(file != nullptr);
    for (const identity* const each : all) require(PEM_write_bio_X509(file.get(), each->certificate()) == 1);
    return name;
  }

  /// Of the first; the others are its issuers.
  tls::certificate_files files(const std::vector<const identity*>& chain) {
    const std::string name = next();
    const openssl_ptr<BIO> file{BIO_new_file(name.c_str(), "w")};
    require(file != nullptr);
    require(PEM_write_bio_PrivateKey(file.get(), chain.front()->key(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
    return {certificates(chain), name};
  }

  /// Name of a file that does not exist yet.
  std::string next() { return folder_.file(std::to_string(++files_) + ".pem"); }

private:
  support::temporary_folder folder_;
  int files_ = 0;
};

}  // namespace tls_test
