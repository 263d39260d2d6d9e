#include <concepts>
#include <exception>
#include <functional>
#include <utility>

#include <pappus/error.hpp>
#include <pappus/integration/threads/completion_handler.hpp>
#include <pappus/node.hpp>
#include <pappus/node_handle.hpp>

#include "node_services.hpp"

namespace pappus {

using integration::call_errc;
using integration::call_state;
using integration::completion_handler;

namespace {

/// A completion handler as a callback.
template <class T>
std::function<void(result<T>)> callback_of(const completion_handler<T>& tell) {
  return [tell](result<T> outcome) { tell(std::move(outcome)); };
}

/// The result of an operation on a peer that there may not be.
result<void> found_or_not(bool found) {
  if (!found) return failure{make_error_code(peer::request_error::no_such_peer)};
  return {};
}

}  // namespace

/// Calls `operation(node, completion)` on the loop; the operation invokes the completion handler, at once or later.
template <class T, class Operation>
void node_handle::call(std::function<void(result<T>)> completed, Operation operation) const {
  completion_handler<T> tell{std::move(completed), executor_, telling_log()};
  shared_.calls->post([to = node_, tell = std::move(tell), operation = std::move(operation)](call_state found) {
    if (found == call_state::queue_full) return tell(failure{make_error_code(call_errc::queue_full)});
    if (found == call_state::closed) return tell(failure{make_error_code(call_errc::stopped)});
    const bool called = to->services_->exceptions.run(0, "a call from another thread", [&] { operation(*to, tell); });
    if (!called) tell(failure{make_error_code(errc::internal_error)});
  });
}

/// Returns a function that writes an exception to the node's log, as long as the node runs.
std::function<void(std::exception_ptr)> node_handle::telling_log() const {
  return [calls = shared_.calls, to = node_](const std::exception_ptr& thrown) {
    const auto say = [to, thrown](call_state found) {
      if (found == call_state::on_loop)
        to->services_->exceptions.caught(thrown, "the completion of a call from another thread");
    };
    try {
      calls->post(say);
    } catch (const std::exception&) {
      return;  // no memory left to log it
    }
  };
}

template <class News>
void node_handle::broadcast_item(News news, std::function<void(result<peer::broadcast_report>)> completed) const {
  call(std::move(completed), [news = std::move(news)](node& on, const auto& tell) { tell(on.broadcast(news)); });
}

void node_handle::broadcast(wire::transaction_ptr tx,
                            std::function<void(result<peer::broadcast_report>)> completed) const {
  broadcast_item(std::move(tx), std::move(completed));
}
void node_handle::broadcast(wire::header header, std::function<void(result<peer::broadcast_report>)> completed) const {
  broadcast_item(std::move(header), std::move(completed));
}
void node_handle::broadcast(wire::compact_block_ptr block,
                            std::function<void(result<peer::broadcast_report>)> completed) const {
  broadcast_item(std::move(block), std::move(completed));
}
void node_handle::broadcast(wire::block_ptr block,
                            std::function<void(result<peer::broadcast_report>)> completed) const {
  broadcast_item(std::move(block), std::move(completed));
}

void node_handle::post(std::function<void(node&)> operation, std::function<void(result<void>)> completed) const {
  call(std::move(completed), [operation = std::move(operation)](node& on, const auto& tell) {
    operation(on);
    tell({});
  });
}

void node_handle::stem(wire::transaction_ptr tx, std::function<void(result<void>)> completed) const {
  call(std::move(completed), [tx = std::move(tx)](node& on, const completion_handler<void>& tell) {
    on.services_->stem(tx, callback_of(tell));
  });
}

void node_handle::fluff(wire::transaction_ptr tx, std::function<void(result<peer::broadcast_report>)> completed) const {
  call(std::move(completed), [tx = std::move(tx)](node& on, const auto& tell) { tell(on.fluff(tx)); });
}

void node_handle::tx_accepted(wire::transaction_ptr tx, std::function<void(result<void>)> completed) const {
  call(std::move(completed), [tx = std::move(tx)](node& on, const auto& tell) {
    on.tx_accepted(*tx);
    tell({});
  });
}

void node_handle::block_accepted(wire::block_ptr block, std::function<void(result<void>)> completed) const {
  call(std::move(completed), [block = std::move(block)](node& on, const auto& tell) {
    on.block_accepted(*block);
    tell({});
  });
}

void node_handle::connect(io::endpoint endpoint, std::function<void(result<peer::peer_info>)> completed) const {
  call(std::move(completed), [endpoint](node& on, const completion_handler<peer::peer_info>& tell) {
    on.services_->connect(peer::seed_at(endpoint), callback_of(tell));
  });
}

void node_handle::disconnect(io::endpoint_range range, std::function<void(result<std::size_t>)> completed) const {
  call(std::move(completed), [range](node& on, const auto& tell) { tell(on.disconnect(range)); });
}

void node_handle::disconnect(std::uint64_t peer, std::function<void(result<void>)> completed) const {
  call(std::move(completed), [peer](node& on, const auto& tell) { tell(found_or_not(on.disconnect(peer))); });
}

void node_handle::ban(io::endpoint_range range, io::duration length, wire::reason_for_ban reason,
                      std::function<void(result<void>)> completed) const {
  call(std::move(completed), [range, length, reason](node& on, const completion_handler<void>& tell) {
    on.services_->ban_manager.ban(range, length, reason, callback_of(tell));
  });
}

void node_handle::unban(io::endpoint_range range, std::function<void(result<std::size_t>)> completed) const {
  call(std::move(completed), [range](node& on, const completion_handler<std::size_t>& tell) {
    on.services_->unban(range, callback_of(tell));
  });
}

void node_handle::report_misbehavior(std::uint64_t peer, wire::reason_for_ban reason,
                                     std::function<void(result<void>)> completed) const {
  call(std::move(completed),
       [peer, reason](node& on, const auto& tell) { tell(found_or_not(on.report_misbehavior(peer, reason))); });
}

void node_handle::trust_clock(std::function<void(result<void>)> completed) const {
  call(std::move(completed), [](node& on, const auto& tell) {
    on.trust_clock();
    tell({});
  });
}

void node_handle::peers_with(wire::hash hash,
                             std::function<void(result<std::vector<peer::peer_info>>)> completed) const {
  call(std::move(completed), [hash](node& on, const auto& tell) { tell(on.peers_with(hash)); });
}

void node_handle::peers(std::function<void(result<std::vector<peer::peer_stats>>)> completed) const {
  call(std::move(completed), [](node& on, const auto& tell) { tell(on.peers()); });
}

void node_handle::bans(std::function<void(result<std::vector<peer::ban>>)> completed) const {
  call(std::move(completed), [](node& on, const auto& tell) { tell(on.bans()); });
}

void node_handle::statistics(std::function<void(result<node_statistics>)> completed) const {
  call(std::move(completed), [](node& on, const auto& tell) { tell(on.statistics()); });
}

template <peer::peer_request Request>
requires std::copy_constructible<Request>
void node_handle::request(std::uint64_t peer, Request request,
                          std::function<void(result<peer::response_to<Request>>)> completed) const {
  call(std::move(completed),
       [peer, request = std::move(request)](node& on, const completion_handler<peer::response_to<Request>>& tell) {
         on.services_->request(peer, request, callback_of(tell));
       });
}

void node_handle::set_chain_tip(peer::chain_tip tip) const noexcept { shared_.tip->set(tip); }
void node_handle::set_header_tip(peer::chain_tip tip) const {
  shared_.header_tip->set(tip);
  call<void>({}, [](node& on, const auto& tell) {
    on.services_->sync.poll_soon();
    tell({});
  });
}

using namespace wire::messages;
template void node_handle::request(std::uint64_t, get_peer_addrs, std::function<void(result<peer_addrs>)>) const;
template void node_handle::request(std::uint64_t, get_block, std::function<void(result<block>)>) const;
template void node_handle::request(std::uint64_t, get_compact_block, std::function<void(result<compact_block>)>) const;
template void node_handle::request(std::uint64_t, peer::headers_request,
                                   std::function<void(result<peer::headers_response>)>) const;
template void node_handle::request(std::uint64_t, get_output_bitmap_segment,
                                   std::function<void(result<output_bitmap_segment>)>) const;
template void node_handle::request(std::uint64_t, get_output_segment,
                                   std::function<void(result<output_segment>)>) const;
template void node_handle::request(std::uint64_t, get_range_proof_segment,
                                   std::function<void(result<range_proof_segment>)>) const;
template void node_handle::request(std::uint64_t, get_kernel_segment,
                                   std::function<void(result<kernel_segment>)>) const;

void node_handle::stop(std::function<void(result<void>)> completed) const {
  call(std::move(completed), [](node& on, const auto& tell) {
    on.stop();
    tell({});
  });
}

}  // namespace pappus
