// TLS over a stream.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <pappus/coro/semaphore.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/result.hpp>
#include <pappus/tls/context.hpp>

namespace pappus::tls {

/// A stream over TLS, and what the handshake has agreed on.
///
/// The endpoints of `stream` are those of the stream below. A read fails with `pappus::errc::end_of_stream` only after
/// the other side's close_notify, with `errc::truncated` if the connection ends without it. Closing sends a
/// close_notify, unless a write waits or was stopped, and does not wait for the other side's.
///
/// Reads and writes allocate nothing once the buffers have grown: in all up to about 200 KiB, of which a connection
/// with small messages uses a few. OpenSSL allocates its own.
struct tls_stream {
  io::stream_ptr stream;             // of bytes that are not encrypted
  protocol_version version{};        // agreed on
  std::string protocol;              // agreed on by ALPN; empty if none
  std::optional<key_hash> peer_key;  // of the other side's certificate, if it has sent one
};

/// What a handshake is given besides. All outlives the task.
struct handshake_options {
  /// Unless it is null, set to the key of the other side's certificate, as far as that is known, also if the handshake
  /// has failed with `errc::wrong_key`.
  std::optional<key_hash>* peer_key = nullptr;
  /// Unless it is null, a permit is held until a worker thread has performed a step, also if the handshake was stopped:
  /// so many work for handshakes at a time.
  std::shared_ptr<coro::semaphore> steps;
};

/// Performs the handshake of a client over `below`, and owns it, on a worker thread: a stranger decides what its steps
/// cost, by certificates that are decoded before they can be refused, unless keys are pinned. `name`: host name or IP
/// address for which the server must have a certificate; not used if `settings` has pinned keys, except that a host
/// name is sent to the server (SNI); may be empty then. Fails with a `tls::errc`, with `std::errc::invalid_argument` if
/// a name is needed or is malformed, or as reads and writes of `below` do. Has no time limit of its own: see
/// `io::with_timeout`. `runtime`, whose clock decides whether certificates have expired, outlives the stream.
[[nodiscard]] task<result<tls_stream>> connect(io::runtime& runtime, io::stream_ptr below, context settings,
                                               std::string name, handshake_options options = {});

/// The same of a server.
[[nodiscard]] task<result<tls_stream>> accept(io::runtime& runtime, io::stream_ptr below, context settings,
                                              handshake_options options = {});

}  // namespace pappus::tls
