#include "memory_bio.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "session.hpp"

namespace pappus::tls {

BIO* memory_bio::make(session& owner) noexcept {
  BIO* const made = method() == nullptr ? nullptr : BIO_new(method());
  if (made == nullptr) return nullptr;
  BIO_set_data(made, &owner);
  BIO_set_init(made, 1);
  return made;
}

session& memory_bio::owner(BIO* of) noexcept { return *static_cast<session*>(BIO_get_data(of)); }

/// "Try again" when there are no bytes: that the connection has ended is never said to OpenSSL. An error when there
/// were too many key updates.
int memory_bio::read(BIO* from, char* into, std::size_t size, std::size_t* got) noexcept {
  BIO_clear_retry_flags(from);
  if (owner(from).key_updates_ > session::max_key_updates) return 0;
  io::const_buffer& left = owner(from).incoming_;
  *got = std::min(size, left.size());
  if (*got == 0) {
    BIO_set_retry_read(from);
    return 0;
  }
  std::memcpy(into, left.data(), *got);
  left = left.subspan(*got);
  return 1;
}

int memory_bio::write(BIO* to, const char* bytes, std::size_t size, std::size_t* written) noexcept {
  BIO_clear_retry_flags(to);
  auto& into = owner(to).outgoing_;
  try {
    const auto* const begin = reinterpret_cast<const std::byte*>(bytes);
    into.insert(into.end(), begin, begin + size);
  } catch (const std::bad_alloc&) {
    return 0;
  }
  *written = size;
  return 1;
}

long memory_bio::control(BIO* /*of*/, int command, long /*number*/, void* /*pointer*/) noexcept {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

/// Made once, and never freed.
const BIO_METHOD* memory_bio::method() noexcept {
  static BIO_METHOD* const made = [] {
    BIO_METHOD* const fresh = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "pappus");
    if (fresh == nullptr) return fresh;
    BIO_meth_set_read_ex(fresh, read);
    BIO_meth_set_write_ex(fresh, write);
    BIO_meth_set_ctrl(fresh, control);
    return fresh;
  }();
  return made;
}

}  // namespace pappus::tls
