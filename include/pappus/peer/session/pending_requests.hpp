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
  /// `counted` outlives this object.
  pending_requests(io::runtime& runtime, request_counts& counted) noexcept;
  pending_requests(const pending_requests&) = delete;
  pending_requests& operator=(const pending_requests&) = delete;
  ~pending_requests();

  [[nodiscard]] std::size_t open() const noexcept { return open_; }
  [[nodiscard]] bool full() const noexcept { return open_ >= limits::max_pending_requests; }

  /// Adds a request. `queued`: how long it may take until the request is sent; the timeout of its response begins then.
  /// Throws if there is no memory, and has moved from nothing then.
  template <question Question>
  void put(Question&& asked, response_handler<Question>&& done, io::duration queued) {
    auto& waiting = of_kind<Question>();
    waiting.emplace_back(*this, std::forward<Question>(asked), std::move(done));
    ++open_;
    const io::time_point due = io::saturating_add(runtime_.now(), io::saturating_add(queued, patience<Question>));
    runtime_.timers().arm(waiting.back(), due);
    if (is_bulky<Question>) bulky_until_ = std::max(bulky_until_, due);
  }

  /// Whether a request is pending whose response is `message`.
  template <question Question>
  [[nodiscard]] bool expects(const response_to<Question>& message) {
    return find<Question>(message) != of_kind<Question>().end();
  }

  /// Completes the first pending request for `message` with it; false if there is none.
  template <question Question>
  bool answer(response_to<Question> message) {
    const auto found = find<Question>(message);
    if (found == of_kind<Question>().end()) return false;
    close(of_kind<Question>(), found, result<response_to<Question>, request_error>{std::move(message)});
    return true;
  }

  /// Fails the first pending request for `message`: the response arrived and is not accepted.
  template <question Question>
  void reject(const response_to<Question>& message, request_error why) {
    const auto found = find<Question>(message);
    if (found != of_kind<Question>().end()) close(of_kind<Question>(), found, failure{why});
  }

  /// Fails a request that is not added.
  template <question Question>
  void refuse(const response_handler<Question>& done, request_error why) {
    counted_.unanswered.add(why);
    done(failure{why});
  }

  /// The first pending request of a type, or null.
  template <question Question>
  [[nodiscard]] Question* first() noexcept {
    auto& waiting = of_kind<Question>();
    return waiting.empty() ? nullptr : &waiting.front().asked;
  }

  /// Disarms the timeout of the first request of a type, because its response is arriving. Requires that there is one.
  template <question Question>
  void hold_first() noexcept {
    runtime_.timers().disarm(of_kind<Question>().front());
  }

  /// Fails the first request of a type, if there is one.
  template <question Question>
  void drop_first(request_error why) {
    auto& waiting = of_kind<Question>();
    if (!waiting.empty()) close(waiting, waiting.begin(), failure{why});
  }

  /// Whether a response is pending that may keep the peer busy for long: an archive or a segment.
  [[nodiscard]] bool bulky() const noexcept { return bulky_ != 0; }
  /// Time by which these responses must have arrived, or an archive have begun to; `io::time_point{}` if none is
  /// pending.
  [[nodiscard]] io::time_point bulky_until() const noexcept { return bulky() ? bulky_until_ : io::time_point{}; }

private:
  template <question Question>
  struct pending final : io::timer_node {
    pending(pending_requests& of, Question what, response_handler<Question> then)
        : asked(std::move(what)), done(std::move(then)), of_(of) {
      if (is_bulky<Question>) ++of_.bulky_;
    }
    pending(const pending&) = delete;
    pending& operator=(const pending&) = delete;
    ~pending() {
      if (is_bulky<Question>) --of_.bulky_;
    }

    Question asked;
    response_handler<Question> done;

  private:
    void on_timer() noexcept override { of_.time_is_up(*this); }

    pending_requests& of_;
  };

  template <question Question>
  static constexpr bool is_bulky =
      !std::same_as<Question, headers_request> && !std::same_as<Question, wire::messages::get_peer_addrs> &&
      !std::same_as<Question, wire::messages::get_block> && !std::same_as<Question, wire::messages::get_compact_block>;
  template <question Question>
  static constexpr io::duration patience =
      std::same_as<Question, archive_request> ? limits::archive_response_timeout : limits::response_timeout;

  // Whether a message is the response to a request.
  static bool answers(const wire::messages::get_peer_addrs&, const wire::messages::peer_addrs&) { return true; }
  static bool answers(const headers_request&, std::size_t) { return true; }
  static bool answers(const archive_request&, const wire::messages::txhashset_archive&) { return true; }
  static bool answers(const wire::messages::get_block& request, const wire::messages::block& message) {
    return request.id == message.value->hash();
  }
  static bool answers(const wire::messages::get_compact_block& request, const wire::messages::compact_block& message) {
    return request.id == message.value->hash();
  }
  template <wire::messages::segment_type Of, class Segment>
  static bool answers(const wire::messages::get_segment<Of>& asked, const Segment& message) {
    return asked.block == message.block && asked.id == message.segment.id();
  }

  template <question Question>
  using list = std::list<pending<Question>>;

  template <question Question>
  [[nodiscard]] list<Question>& of_kind() noexcept {
    return std::get<list<Question>>(waiting_);
  }

  /// The first request to which `message` is the response.
  template <question Question>
  [[nodiscard]] typename list<Question>::iterator find(const response_to<Question>& message) {
    auto& waiting = of_kind<Question>();
    return std::find_if(waiting.begin(), waiting.end(), [&](const auto& each) { return answers(each.asked, message); });
  }

  template <question Question>
  void close(list<Question>& waiting, typename list<Question>::iterator which,
             result<response_to<Question>, request_error> outcome) {
    list<Question> closed;
    closed.splice(closed.begin(), waiting, which);
    --open_;
    if (outcome) ++counted_.answered;
    else counted_.unanswered.add(outcome.error());
    runtime_.timers().disarm(closed.front());
    closed.front().done(std::move(outcome));
  }

  template <question Question>
  void time_is_up(pending<Question>& late) noexcept {
    auto& waiting = of_kind<Question>();
    const auto found = std::find_if(waiting.begin(), waiting.end(), [&](const auto& each) { return &each == &late; });
    close(waiting, found, failure{request_error::timed_out});
  }

  template <question Question>
  void drop_list(list<Question>& waiting, request_error why) {
    while (!waiting.empty()) close(waiting, waiting.begin(), failure{why});
  }

  io::runtime& runtime_;
  request_counts& counted_;
  std::size_t open_ = 0;
  std::size_t bulky_ = 0;
  io::time_point bulky_until_{};
  std::tuple<list<wire::messages::get_peer_addrs>, list<wire::messages::get_block>,
             list<wire::messages::get_compact_block>, list<headers_request>, list<archive_request>,
             list<wire::messages::get_output_bitmap_segment>, list<wire::messages::get_output_segment>,
             list<wire::messages::get_range_proof_segment>, list<wire::messages::get_kernel_segment>>
      waiting_;
};

}  // namespace pappus::peer
