// Pending requests of the node to one peer, and their response handlers.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <list>
#include <tuple>
#include <utility>

#include <pappus/io/runtime.hpp>
#include <pappus/io/timer_heap.hpp>
#include <pappus/peer/session/limits.hpp>
#include <pappus/peer/session/peer_request.hpp>
#include <pappus/result.hpp>

namespace pappus::peer {

/// The handler of every request is called once: with the response, at its timeout, or when the session ends. It may add
/// further requests.
class pending_requests {
public:
  /// `counts` outlives this object.
  pending_requests(io::runtime& runtime, request_counts& counts) noexcept;
  pending_requests(const pending_requests&) = delete;
  pending_requests& operator=(const pending_requests&) = delete;
  ~pending_requests();

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool full() const noexcept { return size_ >= limits::max_pending_requests; }

  /// Adds a request. `queued`: how long it may take until the request is sent; the timeout of its response begins then.
  /// Throws if there is no memory, and has moved from nothing then.
  template <peer_request Request>
  void add(Request&& request, response_handler<Request>&& done, io::duration queued) {
    auto& requests = list_of<Request>();
    requests.emplace_back(*this, std::forward<Request>(request), std::move(done));
    ++size_;
    const io::time_point due = io::saturating_add(runtime_.now(), io::saturating_add(queued, timeout<Request>));
    runtime_.timers().arm(requests.back(), due);
    if (is_bulky<Request>) bulky_until_ = std::max(bulky_until_, due);
  }

  /// Whether a request is pending whose response is `message`.
  template <peer_request Request>
  [[nodiscard]] bool expects(const response_to<Request>& message) {
    return find<Request>(message) != list_of<Request>().end();
  }

  /// Completes the first pending request for `message` with it; false if there is none.
  template <peer_request Request>
  bool complete(response_to<Request> message) {
    const auto found = find<Request>(message);
    if (found == list_of<Request>().end()) return false;
    finish(list_of<Request>(), found, result<response_to<Request>, request_error>{std::move(message)});
    return true;
  }

  /// Fails the first pending request for `message`: the response arrived and is not accepted.
  template <peer_request Request>
  void fail(const response_to<Request>& message, request_error error) {
    const auto found = find<Request>(message);
    if (found != list_of<Request>().end()) finish(list_of<Request>(), found, failure{error});
  }

  /// Fails a request that is not added.
  template <peer_request Request>
  void fail_unsent(const response_handler<Request>& done, request_error error) {
    counts_.unanswered.add(error);
    done(failure{error});
  }

  /// The first pending request of a type, or null.
  template <peer_request Request>
  [[nodiscard]] Request* first() noexcept {
    auto& requests = list_of<Request>();
    return requests.empty() ? nullptr : &requests.front().request;
  }

  /// Disarms the timeout of the first request of a type, because its response is arriving. Requires that there is one.
  template <peer_request Request>
  void disarm_first() noexcept {
    runtime_.timers().disarm(list_of<Request>().front());
  }

  /// Fails the first request of a type, if there is one.
  template <peer_request Request>
  void fail_first(request_error error) {
    auto& requests = list_of<Request>();
    if (!requests.empty()) finish(requests, requests.begin(), failure{error});
  }

  /// Whether a response is pending that may keep the peer busy for long: an archive or a segment.
  [[nodiscard]] bool has_bulky() const noexcept { return bulky_count_ != 0; }
  /// Time by which these responses must have arrived, or an archive have begun to; `io::time_point{}` if none is
  /// pending.
  [[nodiscard]] io::time_point bulky_until() const noexcept { return has_bulky() ? bulky_until_ : io::time_point{}; }

private:
  template <peer_request Request>
  struct pending final : io::timer_node {
    pending(pending_requests& owner, Request sent, response_handler<Request> handler)
        : request(std::move(sent)), done(std::move(handler)), owner_(owner) {
      if (is_bulky<Request>) ++owner_.bulky_count_;
    }
    pending(const pending&) = delete;
    pending& operator=(const pending&) = delete;
    ~pending() {
      if (is_bulky<Request>) --owner_.bulky_count_;
    }

    Request request;
    response_handler<Request> done;

  private:
    void on_timer() noexcept override { owner_.on_timeout(*this); }

    pending_requests& owner_;
  };

  template <peer_request Request>
  static constexpr bool is_bulky =
      !std::same_as<Request, headers_request> && !std::same_as<Request, wire::messages::get_peer_addrs> &&
      !std::same_as<Request, wire::messages::get_block> && !std::same_as<Request, wire::messages::get_compact_block>;
  template <peer_request Request>
  static constexpr io::duration timeout =
      std::same_as<Request, archive_request> ? limits::archive_response_timeout : limits::response_timeout;

  // Whether a message is the response to a request.
  static bool matches(const wire::messages::get_peer_addrs&, const wire::messages::peer_addrs&) { return true; }
  static bool matches(const headers_request&, const headers_response&) { return true; }
  static bool matches(const archive_request&, const wire::messages::txhashset_archive&) { return true; }
  static bool matches(const wire::messages::get_block& request, const wire::messages::block& message) {
    return request.id == message.value->hash();
  }
  static bool matches(const wire::messages::get_compact_block& request, const wire::messages::compact_block& message) {
    return request.id == message.value->hash();
  }
  template <wire::messages::segment_type Of, class Segment>
  static bool matches(const wire::messages::get_segment<Of>& request, const Segment& message) {
    return request.block == message.block && request.id == message.segment.id();
  }

  template <peer_request Request>
  using list = std::list<pending<Request>>;

  template <peer_request Request>
  [[nodiscard]] list<Request>& list_of() noexcept {
    return std::get<list<Request>>(lists_);
  }

  /// The first request to which `message` is the response.
  template <peer_request Request>
  [[nodiscard]] typename list<Request>::iterator find(const response_to<Request>& message) {
    auto& requests = list_of<Request>();
    return std::find_if(requests.begin(), requests.end(),
                        [&](const auto& each) { return matches(each.request, message); });
  }

  template <peer_request Request>
  void finish(list<Request>& requests, typename list<Request>::iterator position,
              result<response_to<Request>, request_error> outcome) {
    list<Request> finished;
    finished.splice(finished.begin(), requests, position);
    --size_;
    if (outcome) ++counts_.answered;
    else counts_.unanswered.add(outcome.error());
    runtime_.timers().disarm(finished.front());
    finished.front().done(std::move(outcome));
  }

  template <peer_request Request>
  void on_timeout(pending<Request>& expired) noexcept {
    auto& requests = list_of<Request>();
    const auto found =
        std::find_if(requests.begin(), requests.end(), [&](const auto& each) { return &each == &expired; });
    finish(requests, found, failure{request_error::timed_out});
  }

  template <peer_request Request>
  void fail_all(list<Request>& requests, request_error error) {
    while (!requests.empty()) finish(requests, requests.begin(), failure{error});
  }

  io::runtime& runtime_;
  request_counts& counts_;
  std::size_t size_ = 0;
  std::size_t bulky_count_ = 0;
  io::time_point bulky_until_{};
  std::tuple<list<wire::messages::get_peer_addrs>, list<wire::messages::get_block>,
             list<wire::messages::get_compact_block>, list<headers_request>, list<archive_request>,
             list<wire::messages::get_output_bitmap_segment>, list<wire::messages::get_output_segment>,
             list<wire::messages::get_range_proof_segment>, list<wire::messages::get_kernel_segment>>
      lists_;
};

}  // namespace pappus::peer
