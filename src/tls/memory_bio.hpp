// How OpenSSL reads and writes the bytes of a session.
#pragma once

#include <openssl/bio.h>

namespace pappus::tls {

class session;

struct memory_bio {
  /// A BIO over the session's incoming and outgoing bytes; null if there is no memory.
  [[nodiscard]] static BIO* make(session& owner) noexcept;

private:
  [[nodiscard]] static session& owner(BIO* of) noexcept;
  static int read(BIO* from, char* into, std::size_t size, std::size_t* got) noexcept;
  static int write(BIO* to, const char* bytes, std::size_t size, std::size_t* written) noexcept;
  static long control(BIO* of, int command, long number, void* pointer) noexcept;
  [[nodiscard]] static const BIO_METHOD* method() noexcept;
};

}  // namespace pappus::tls
