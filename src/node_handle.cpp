#include <concepts>
#include <exception>
#include <functional>
#include <utility>

#include <pappus/node.hpp>
#include <pappus/node_handle.hpp>

namespace pappus {

using integration::call_failure;
using integration::call_result;
using integration::call_state;
using integration::completion_handler;

namespace {

/// Adapts a completion handler to operations that complete when a change has been stored.
std::function<void(result<void, std::string>)> telling(const completion_handler<void>& tell) {
  return [tell](const result<void, std::string>& outcome) {
    if (outcome) tell({});
    else tell(failure{call_failure::failed(outcome.error())});
  };
}

}  // namespace

/// Calls `operation(node, completion)` on the loop; the operation invokes the completion handler, at once or later.
template <class T, class Operation>
void node_handle::call(done<T> completed, Operation operation) const {
  completion_handler<T> tell{std::move(completed), executor_, telling_log()};
  shared_.calls->make([to = node_, tell = std::move(tell), operation = std::move(operation)](call_state found) {
    if (found == call_state::busy) return tell(failure{call_failure::busy()});
    if (found == call_state::closed) return tell(failure{call_failure::stopped()});
    const bool called = to->faults_.run(0, "a call from another thread", [&] { operation(*to, tell); });
    if (!called) tell(failure{call_failure::failed("internal error")});
  });
}

/// Returns a function that writes an exception to the node's log, as long as the node runs.
std::function<void(std::exception_ptr)> node_handle::telling_log() const {
  return [calls = shared_.calls, to = node_](const std::exception_ptr& thrown) {
    const auto say = [to, thrown](call_state found) {
      if (found == call_state::on_loop) to->faults_.caught(thrown, "the completion of a call from another thread");
    };
    try {
      calls->make(say);
    } catch (const std::exception&) {
      return;  // no memory left to log it
    }
  };
}

template <class News>
void node_handle::spread(News news, done<peer::broadcast_report> completed) const {
  call(std::move(completed), [news = std::move(news)](node& on, const auto& tell) { tell(on.broadcast(news)); });
}

void node_handle::broadcast(wire::transaction_ptr tx, done<peer::broadcast_report> completed) const {
  spread(std::move(tx), std::move(completed));
}
void node_handle::broadcast(wire::header header, done<peer::broadcast_report> completed) const {
  spread(std::move(header), std::move(completed));
}
void node_handle::broadcast(wire::compact_block_ptr block, done<peer::broadcast_report> completed) const {
  spread(std::move(block), std::move(completed));
}
void node_handle::broadcast(wire::block_ptr block, done<peer::broadcast_report> completed) const {
  spread(std::move(block), std::move(completed));
}

void node_handle::stem(wire::transaction_ptr tx, done<void> completed) const {
  call(std::move(completed),
       [tx = std::move(tx)](node& on, const completion_handler<void>& tell) { on.stem(tx, telling(tell)); });
}

void node_handle::fluff(wire::transaction_ptr tx, done<peer::broadcast_report> completed) const {
  call(std::move(completed), [tx = std::move(tx)](node& on, const auto& tell) { tell(on.fluff(tx)); });
}

void node_handle::tx_accepted(wire::transaction_ptr tx, done<void> completed) const {
  call(std::move(completed), [tx = std::move(tx)](node& on, const auto& tell) {
    on.tx_accepted(*tx);
    tell({});
  });
}

void node_handle::block_accepted(wire::block_ptr block, done<void> completed) const {
  call(std::move(completed), [block = std::move(block)](node& on, const auto& tell) {
    on.block_accepted(*block);
    tell({});
  });
}

void node_handle::connect(io::endpoint where, done<peer::peer_info> completed) const {
  call(std::move(completed), [where](node& on, const auto& tell) {
    on.connect(where, [tell](result<peer::peer_info, peer::disconnect_info> outcome) {
      if (outcome) tell(*std::move(outcome));
      else tell(failure{call_failure::failed(to_string(outcome.error()))});
    });
  });
}

void node_handle::disconnect(io::endpoint_range where, done<std::size_t> completed) const {
  call(std::move(completed), [where](node& on, const auto& tell) { tell(on.disconnect(where)); });
}

void node_handle::ban(io::endpoint_range whom, io::duration length, wire::reason_for_ban cause,
                      done<void> completed) const {
  call(std::move(completed), [whom, length, cause](node& on, const completion_handler<void>& tell) {
    on.ban(whom, length, cause, telling(tell));
  });
}

void node_handle::unban(io::endpoint_range whom, done<std::size_t> completed) const {
  call(std::move(completed), [whom](node& on, const completion_handler<std::size_t>& tell) {
    const auto lifted = std::make_shared<std::size_t>(0);  // set before the change is stored
    *lifted = on.unban(whom, [tell, lifted](const result<void, std::string>& outcome) {
      if (outcome) tell(*lifted);
      else tell(failure{call_failure::failed(outcome.error())});
    });
  });
}

void node_handle::report_misbehavior(std::uint64_t peer, wire::reason_for_ban fault, done<void> completed) const {
  call(std::move(completed), [peer, fault](node& on, const auto& tell) {
    if (on.report_misbehavior(peer, fault)) tell({});
    else tell(failure{call_failure::failed("there is no such peer")});
  });
}

void node_handle::trust_clock(done<void> completed) const {
  call(std::move(completed), [](node& on, const auto& tell) {
    on.trust_clock();
    tell({});
  });
}

void node_handle::peers_with(wire::hash what, done<std::vector<peer::peer_info>> completed) const {
  call(std::move(completed), [what](node& on, const auto& tell) { tell(on.peers_with(what)); });
}

void node_handle::peers(done<std::vector<peer::peer_stats>> completed) const {
  call(std::move(completed), [](node& on, const auto& tell) { tell(on.peers()); });
}

void node_handle::bans(done<std::vector<peer::ban>> completed) const {
  call(std::move(completed), [](node& on, const auto& tell) { tell(on.bans()); });
}

void node_handle::statistics(done<node_statistics> completed) const {
  call(std::move(completed), [](node& on, const auto& tell) { tell(on.statistics()); });
}

template <peer::question Question>
requires std::copy_constructible<Question>
void node_handle::request(std::uint64_t peer, Question question, done<peer::response_to<Question>> completed) const {
  call(std::move(completed), [peer, question = std::move(question)](node& on, const auto& tell) {
    on.request(peer, question, peer::response_handler<Question>{[tell](auto outcome) {
                 if (outcome) tell(*std::move(outcome));
                 else tell(failure{call_failure::failed(std::string{to_string(outcome.error())})});
               }});
  });
}

using namespace wire::messages;
template void node_handle::request(std::uint64_t, get_peer_addrs, done<peer_addrs>) const;
template void node_handle::request(std::uint64_t, get_block, done<block>) const;
template void node_handle::request(std::uint64_t, get_compact_block, done<compact_block>) const;
template void node_handle::request(std::uint64_t, peer::headers_request, done<std::size_t>) const;
template void node_handle::request(std::uint64_t, get_output_bitmap_segment, done<output_bitmap_segment>) const;
template void node_handle::request(std::uint64_t, get_output_segment, done<output_segment>) const;
template void node_handle::request(std::uint64_t, get_range_proof_segment, done<range_proof_segment>) const;
template void node_handle::request(std::uint64_t, get_kernel_segment, done<kernel_segment>) const;

void node_handle::stop(done<void> completed) const {
  call(std::move(completed), [](node& on, const auto& tell) {
    on.stop();
    tell({});
  });
}

}  // namespace pappus
