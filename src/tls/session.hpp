// One side of a TLS connection as OpenSSL has it: bytes go in and out, and no socket is known to it.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include <openssl/ssl.h>

#include <pappus/io/stream.hpp>
#include <pappus/io/time.hpp>
#include <pappus/result.hpp>
#include <pappus/tls/context.hpp>
#include <pappus/tls/errc.hpp>

namespace pappus::tls {

enum class role : bool { client, server };

/// Does not move: OpenSSL has a pointer to it.
class session {
public:
  /// `name`: of the server, for a client; may be empty. `now`: the time at which certificates must be valid. Fails with
  /// `std::errc::invalid_argument` if the name is malformed, or `std::errc::not_enough_memory`.
  [[nodiscard]] static result<std::unique_ptr<session>> make(context of, role as, const std::string& name,
                                                             io::wall_time now);
  session(const session&) = delete;
  session& operator=(const session&) = delete;
  ~session() = default;

  // What comes from the other side.

  /// Bytes that were received, and stay where they are until `keep`. Requires `has_taken_all()`.
  void feed(io::const_buffer received) noexcept {
    incoming_ = received;
    is_kept_ = false;
  }
  /// Copies what is left of them, unless it has been copied. Throws if there is no memory.
  void keep();
  /// Key updates that may come without data in between; a step that reads more of them fails.
  static constexpr int max_key_updates = 8;
  /// How many were read since the last call.
  [[nodiscard]] std::size_t drain_key_updates() noexcept { return std::exchange(undrained_key_updates_, 0); }

  /// Whether all that was received has been taken.
  [[nodiscard]] bool has_taken_all() const noexcept { return incoming_.empty(); }

  /// What goes to the other side: to be taken, and cleared.
  [[nodiscard]] std::vector<std::byte>& outgoing() noexcept { return outgoing_; }

  /// Result of a step.
  enum class progress {
    done,
    needs_bytes,  // from the other side
    ended,        // the other side sends nothing more
    failed,       // for the reason `error`; so does every later step
  };

  [[nodiscard]] progress handshake() noexcept;
  /// Decrypts at most as many bytes as there is room for, at least one if it is done.
  [[nodiscard]] progress read(io::buffer into, std::size_t& got) noexcept;
  /// Encrypts bytes as one record, at most `max_record`; returns how many, 0 if it has failed.
  [[nodiscard]] std::size_t write(io::const_buffer bytes) noexcept;
  /// Encrypts a close_notify, unless a step has failed.
  void shut_down() noexcept;

  /// Bytes in a record (RFC 8446, 5.1).
  static constexpr std::size_t max_record = 16384;

  [[nodiscard]] std::error_code error() const noexcept { return error_; }

  // After the handshake.

  [[nodiscard]] protocol_version version() const noexcept;
  /// Protocol that was agreed on by ALPN; empty if none.
  [[nodiscard]] std::string protocol() const;
  /// Of the other side's certificate, also if it was refused for its key.
  [[nodiscard]] std::optional<key_hash> peer_key() const noexcept;
  /// During the check of a certificate: that of the other side has this key.
  static void note_peer_key(X509_STORE_CTX& checked, const key_hash& key) noexcept;
  /// Whether a client with these settings needs a name.
  [[nodiscard]] static bool needs_name(const context& of) noexcept;

private:
  friend struct memory_bio;
  struct deleter {
    void operator()(SSL* native) const noexcept { SSL_free(native); }
  };

  explicit session(context of) noexcept : of_(std::move(of)) {}

  [[nodiscard]] bool open() noexcept;
  static void on_message(int is_written, int version, int content, const void* bytes, std::size_t size, SSL* of,
                         void* owner) noexcept;
  [[nodiscard]] std::optional<tls::errc> reason_to_refuse(std::span<const std::byte> certificates) noexcept;
  [[nodiscard]] bool expect_name(const std::string& name);
  [[nodiscard]] progress after(int returned) noexcept;
  [[nodiscard]] std::error_code reason() const noexcept;

  context of_;
  std::unique_ptr<SSL, deleter> native_;
  io::const_buffer incoming_;
  std::vector<std::byte> kept_;  // the memory of `incoming_` if it `is_kept_`
  bool is_kept_ = false;
  std::vector<std::byte> outgoing_;
  std::optional<tls::errc> refused_certificate_;
  int key_updates_ = 0;  // since the last data
  std::size_t undrained_key_updates_ = 0;
  std::error_code error_;
  std::optional<key_hash> checked_key_;  // if keys are pinned
};

}  // namespace pappus::tls
