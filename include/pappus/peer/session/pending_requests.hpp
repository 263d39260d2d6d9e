// Pending requests of the node to one peer, and their response handlers.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <pappus/io/runtime.hpp>
#include <pappus/io/timer_queue.hpp>
#include <pappus/peer/session/limits.hpp>
#include <pappus/peer/session/peer_request.hpp>
#include <pappus/result.hpp>

namespace pappus::peer {

/// The handler of every request is called once: with the response, at its timeout, or when the session ends. It may add
/// further requests.
class pending_requests {
public:
  /// `counts` outlives this object.
  pending_requests(io::runtime& runtime, request_counts& counts) noexcept : runtime_(runtime), counts_(counts) {}
  pending_requests(const pending_requests&) = delete;
  pending_requests& operator=(const pending_requests&) = delete;
  ~pending_requests();

  [[nodiscard]] std::size_t size() const noexcept { return pending_.size(); }
  [[nodiscard]] bool full() const noexcept { return size() >= limits::max_pending_requests; }

  /// Adds a request. `queued`: how long it may take until the request is sent; the timeout of its response begins then.
  /// Throws if there is no memory, and has moved from nothing then.
  template <peer_request Request>
  void add(Request&& request, response_handler<Request>&& done, io::duration queued) {
    pending_.reserve(pending_.size() + 1);
    pending_.push_back(std::make_unique<pending<Request>>(*this, std::forward<Request>(request), std::move(done)));
    const io::time_point due = io::saturating_add(runtime_.now(), io::saturating_add(queued, timeout<Request>));
    runtime_.timers().arm(*pending_.back(), due);
    if (is_bulky<Request>) bulky_until_ = std::max(bulky_until_, due);
  }

  /// Whether a request is pending whose response is `message`.
  template <peer_request Request>
  [[nodiscard]] bool expects(const response_to<Request>& message) const {
    return find<Request>(message) != nullptr;
  }

  /// Completes the first pending request for `message` with it; false if there is none.
  template <peer_request Request>
  bool complete(response_to<Request> message) {
    pending<Request>* const found = find<Request>(message);
    if (found == nullptr) return false;
    finish(*found, result<response_to<Request>, request_error>{std::move(message)});
    return true;
  }

  /// Fails the first pending request for `message`: the response arrived and is not accepted.
  template <peer_request Request>
  void fail(const response_to<Request>& message, request_error error) {
    if (auto* const found = find<Request>(message)) finish(*found, failure{error});
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
    auto* const found = first_pending<Request>();
    return found == nullptr ? nullptr : &found->request;
  }

  /// Disarms the timeout of the first request of a type, because its response is arriving. Requires that there is one.
  template <peer_request Request>
  void disarm_first() noexcept {
    runtime_.timers().disarm(*first_pending<Request>());
  }

  /// Fails the first request of a type, if there is one.
  template <peer_request Request>
  void fail_first(request_error error) {
    if (auto* const found = first_pending<Request>()) finish(*found, failure{error});
  }

  /// Whether a response is pending that may keep the peer busy for long: an archive or a segment.
  [[nodiscard]] bool has_bulky() const noexcept { return bulky_count_ != 0; }
  /// Time by which these responses must have arrived, or an archive have begun to; `io::time_point{}` if none is
  /// pending.
  [[nodiscard]] io::time_point bulky_until() const noexcept { return has_bulky() ? bulky_until_ : io::time_point{}; }

private:
  /// A pending request of any type.
  class any_pending : public io::timer_node {
  public:
    explicit any_pending(const char* message_type) noexcept : type(message_type) {}
    virtual ~any_pending() = default;
    any_pending(const any_pending&) = delete;
    any_pending& operator=(const any_pending&) = delete;

    virtual void fail(request_error error) = 0;

    const char* const type;  // `type_of` its request
  };

  template <peer_request Request>
  struct pending final : any_pending {
    pending(pending_requests& owner, Request sent, response_handler<Request> handler)
        : any_pending(&type_of<Request>), request(std::move(sent)), done(std::move(handler)), owner_(owner) {
      if (is_bulky<Request>) ++owner_.bulky_count_;
    }
    pending(const pending&) = delete;
    pending& operator=(const pending&) = delete;
    ~pending() override {
      if (is_bulky<Request>) --owner_.bulky_count_;
    }

    void fail(request_error error) override { owner_.finish(*this, failure{error}); }

    Request request;
    response_handler<Request> done;

  private:
    void on_timer() noexcept override { fail(request_error::timed_out); }

    pending_requests& owner_;
  };

  /// Its address tells a type of request from others.
  template <peer_request Request>
  static constexpr char type_of{};

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

  /// The first request of that type which suits, or null.
  template <peer_request Request, class Predicate>
  [[nodiscard]] pending<Request>* find_if(Predicate suits) const {
    for (const auto& each : pending_) {
      if (each->type != &type_of<Request>) continue;
      auto& found = static_cast<pending<Request>&>(*each);
      if (suits(found.request)) return &found;
    }
    return nullptr;
  }
  /// The first request to which `message` is the response, or null.
  template <peer_request Request>
  [[nodiscard]] pending<Request>* find(const response_to<Request>& message) const {
    return find_if<Request>([&message](const Request& each) { return matches(each, message); });
  }
  template <peer_request Request>
  [[nodiscard]] pending<Request>* first_pending() const {
    return find_if<Request>([](const Request&) { return true; });
  }

  template <peer_request Request>
  void finish(pending<Request>& which, result<response_to<Request>, request_error> outcome) {
    const std::unique_ptr<any_pending> finished = take(which);
    if (outcome) ++counts_.answered;
    else counts_.unanswered.add(outcome.error());
    runtime_.timers().disarm(which);
    which.done(std::move(outcome));
  }
  [[nodiscard]] std::unique_ptr<any_pending> take(const any_pending& which) noexcept;

  io::runtime& runtime_;
  request_counts& counts_;
  std::size_t bulky_count_ = 0;
  io::time_point bulky_until_{};
  std::vector<std::unique_ptr<any_pending>> pending_;  // in the order of sending
};

}  // namespace pappus::peer
