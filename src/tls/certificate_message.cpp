#include "certificate_message.hpp"

#include <openssl/evp.h>

namespace pappus::tls {
namespace {

using bytes_view = std::span<const std::byte>;

/// Takes as many bytes from the front; nullopt if there are fewer.
std::optional<bytes_view> take(bytes_view& from, std::size_t count) noexcept {
  if (from.size() < count) return std::nullopt;
  const bytes_view taken = from.first(count);
  from = from.subspan(count);
  return taken;
}

/// Takes bytes after their number, which is in so many bytes.
std::optional<bytes_view> take_counted(bytes_view& from, std::size_t size_of_count) noexcept {
  const auto digits = take(from, size_of_count);
  if (!digits) return std::nullopt;
  std::size_t count = 0;
  for (const std::byte each : *digits) count = count << 8 | std::to_integer<std::size_t>(each);
  return take(from, count);
}

// DER (ITU-T X.690).

constexpr std::byte sequence{0x30};
constexpr std::byte version_tag{0xa0};  // [0] of TBSCertificate

struct element {
  std::byte tag{};
  bytes_view whole;  // with tag and length
  bytes_view content;
};

std::optional<element> take_element(bytes_view& from) noexcept {
  constexpr std::size_t long_form = 0x80;
  constexpr std::size_t max_digits = 3;
  const bytes_view all = from;
  const auto head = take(from, 2);
  constexpr std::byte long_tag{0x1f};
  if (!head || ((*head)[0] & long_tag) == long_tag) return std::nullopt;
  auto size = std::to_integer<std::size_t>((*head)[1]);
  if (size > long_form + max_digits || size == long_form) return std::nullopt;
  if (size > long_form) {
    const auto digits = take(from, size - long_form);
    if (!digits) return std::nullopt;
    size = 0;
    for (const std::byte each : *digits) size = size << 8 | std::to_integer<std::size_t>(each);
  }
  const auto content = take(from, size);
  if (!content) return std::nullopt;
  return element{(*head)[0], all.first(all.size() - from.size()), *content};
}

}  // namespace

certificate_message read_certificate_message(bytes_view body, protocol_version version) noexcept {
  const bool is_1_3 = version == protocol_version::tls_1_3;
  certificate_message read;
  if (is_1_3 && !take_counted(body, 1)) return read;  // the context of the request
  auto list = take_counted(body, 3);
  if (!list) return read;
  while (!list->empty()) {
    const auto certificate = take_counted(*list, 3);
    if (!certificate || (is_1_3 && !take_counted(*list, 2))) break;  // extensions
    if (read.count++ == 0) read.first = *certificate;
  }
  return read;
}

std::optional<key_hash> hash_of_encoded_key(bytes_view certificate) noexcept {
  constexpr int before_key = 5;  // serial number, algorithm, issuer, validity and subject
  const auto outer = take_element(certificate);
  if (!outer || outer->tag != sequence) return std::nullopt;
  bytes_view fields = outer->content;
  const auto signed_part = take_element(fields);
  if (!signed_part || signed_part->tag != sequence) return std::nullopt;
  fields = signed_part->content;
  if (!fields.empty() && fields.front() == version_tag && !take_element(fields)) return std::nullopt;
  for (int i = 0; i != before_key; ++i) {
    if (!take_element(fields)) return std::nullopt;
  }
  const auto key = take_element(fields);
  if (!key || key->tag != sequence) return std::nullopt;
  key_hash hash{};
  auto* const into = reinterpret_cast<unsigned char*>(hash.data());
  if (EVP_Digest(key->whole.data(), key->whole.size(), into, nullptr, EVP_sha256(), nullptr) != 1) return std::nullopt;
  return hash;
}

}  // namespace pappus::tls
