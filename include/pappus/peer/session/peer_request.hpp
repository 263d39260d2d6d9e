// Requests to peers, their response types, and the reasons for having no response.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <pappus/io/stream.hpp>
#include <pappus/peer/enum_counters.hpp>
#include <pappus/result.hpp>
#include <pappus/wire/grin_messages.hpp>

namespace pappus::peer {

/// Why a request has no response.
enum class request_error : std::uint8_t {
  no_such_peer,  // there is no session with that peer
  too_many,      // too many requests to the peer are open
  unwritable,    // the request is longer than any peer reads
  timed_out,     // no response in time; also how Grin signals that it does not have the data
  disconnected,  // the session ended
  from_future,   // the block of the response is further ahead of the node's clock than allowed
  not_stored,    // the archive could not be written to its target
};

/// Name for logs and metrics.
[[nodiscard]] std::string_view to_string(request_error error) noexcept;

/// Category of these errors; its messages are their names.
[[nodiscard]] const std::error_category& request_category() noexcept;
[[nodiscard]] inline std::error_code make_error_code(request_error error) noexcept {
  return {static_cast<int>(error) + 1, request_category()};  // 0 would be success
}

/// Results of requests.
struct request_counts {
  std::uint64_t answered = 0;                           // with the response
  enum_counters<request_error::not_stored> unanswered;  // by the reason
};

/// Requests the headers after the first of some hashes that the peer has on its chain. `handler` is called on the loop,
/// while the response is still arriving, with `limits::headers_batch_size` of them at a time, fewer in the last call;
/// it may do all that the adapter's functions may. A header that is further ahead of the node's clock than allowed is
/// left out, together with all that follow it.
struct headers_request {
  /// Receives headers that follow each other. They are valid during the call.
  using headers_handler = std::function<void(std::span<const wire::header>)>;

  /// `locator`: hashes of blocks of the main chain, the newest first; at most `limits::max_locator_hashes` of
  /// `<pappus/wire/limits.hpp>`.
  headers_request(std::vector<wire::hash> locator, headers_handler on_headers)
      : message{std::move(locator)}, handler(std::move(on_headers)) {}

  wire::messages::get_headers message;  // that is sent
  headers_handler handler;              // of the response
};

/// Outcome of a `headers_request`, once all of them were passed on.
struct headers_response {
  std::size_t count = 0;   // headers passed on
  bool truncated = false;  // a header from the future, and all that follow it, were left out

  friend bool operator==(const headers_response&, const headers_response&) = default;
};

/// Requests an archive, which is written to a stream as it arrives and never held in memory. One of more than
/// `max_bytes` ends the session.
struct archive_request {
  archive_request(const wire::messages::txhashset_request& request, io::stream_ptr target, std::uint64_t limit) noexcept
      : message(request), sink(std::move(target)), max_bytes(limit) {}

  wire::messages::txhashset_request message;  // that is sent
  io::stream_ptr sink;                        // to which the archive is written
  std::uint64_t max_bytes;                    // size limit of the archive
};

/// Names the response type of a request as `type`.
template <class Request>
struct response;

/// The response type of a request. Other messages that request something have no response of their own: transactions
/// are handled by `transaction_relay`.
template <class Request>
using response_to = typename response<Request>::type;

template <>
struct response<wire::messages::get_peer_addrs> {
  using type = wire::messages::peer_addrs;
};
template <>
struct response<wire::messages::get_block> {
  using type = wire::messages::block;
};
template <>
struct response<wire::messages::get_compact_block> {
  using type = wire::messages::compact_block;
};
template <>
struct response<wire::messages::get_output_bitmap_segment> {
  using type = wire::messages::output_bitmap_segment;
};
template <>
struct response<wire::messages::get_output_segment> {
  using type = wire::messages::output_segment;
};
template <>
struct response<wire::messages::get_range_proof_segment> {
  using type = wire::messages::range_proof_segment;
};
template <>
struct response<wire::messages::get_kernel_segment> {
  using type = wire::messages::kernel_segment;
};
template <>
struct response<headers_request> {
  using type = headers_response;
};
/// Description of the archive, once all of it is written.
template <>
struct response<archive_request> {
  using type = wire::messages::txhashset_archive;
};

/// The message that is sent for a request.
template <class Request>
[[nodiscard]] const auto& message_of(const Request& request) noexcept {
  if constexpr (wire::message<Request>) return request;
  else return request.message;
}

/// A type that `node::request` takes.
template <class Request>
concept peer_request = requires {
  typename response_to<Request>;
};

/// Called once, on the loop. Does not throw.
template <peer_request Request>
using response_handler = std::function<void(result<response_to<Request>, request_error>)>;

}  // namespace pappus::peer

template <>
struct std::is_error_code_enum<pappus::peer::request_error> : std::true_type {};
