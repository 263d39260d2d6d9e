#include <concepts>
#include <exception>
#include <functional>
#include <utility>

#include <pappus/node.hpp>
#include <pappus/remote.hpp>

namespace pappus {

using integration::call_failure;
using integration::call_result;
using integration::call_state;
using integration::completion;

namespace {

/// For operations that complete when something has been stored.
std::function<void(result<void, std::string>)> telling(const completion<void>& tell) {
  return [tell](const result<void, std::string>& outcome) {
    if (outcome) tell({});
    else tell(failure{call_failure::failed(outcome.error())});
  };
}

}  // namespace

/// `operation(node, completion)` is called on the loop, and tells the completion sooner or later.
template <class T, class Operation>
void remote::call(done<T> completed, Operation operation) const {
  completion<T> tell{std::move(completed), executor_, telling_log()};
  shared_.calls->make([to = node_, tell = std::move(tell), operation = std::move(operation)](call_state found) {
    if (found == call_state::busy) return tell(failure{call_failure::busy()});
    if (found == call_state::closed) return tell(failure{call_failure::stopped()});
    const bool called = to->faults_.run(0, "a call from another thread", [&] { operation(*to, tell); });
    if (!called) tell(failure{call_failure::failed("internal error")});
  });
}

/// Has the node say in its log what was thrown, as long as it runs.
std::function<void(std::exception_ptr)> remote::telling_log() const {
  return [calls = shared_.calls, to = node_](const std::exception_ptr& thrown) {
    const auto say = [to, thrown](call_state found) {
      if (found == call_state::on_loop) to->faults_.caught(thrown, "the completion of a call from another thread");
    };
    try {
      calls->make(say);
    } catch (const std::exception&) {
      return;  // there is no memory to say so
    }
  };
}

template <class News>
void remote::spread(News news, done<peer::broadcast_report> completed) const {
  call(std::move(completed), [news = std::move(news)](node& on, const auto& tell) { tell(on.broadcast(news)); });
}

void remote::broadcast(wire::transaction_ptr tx, done<peer::broadcast_report> completed) const {
  spread(std::move(tx), std::move(completed));
}
void remote::broadcast(wire::header header, done<peer::broadcast_report> completed) const {
  spread(std::move(header), std::move(completed));
}
void remote::broadcast(wire::compact_block_ptr block, done<peer::broadcast_report> completed) const {
  spread(std::move(block), std::move(completed));
}
void remote::broadcast(wire::block_ptr block, done<peer::broadcast_report> completed) const {
  spread(std::move(block), std::move(completed));
}

void remote::stem(wire::transaction_ptr tx, done<void> completed) const {
  call(std::move(completed),
       [tx = std::move(tx)](node& on, const completion<void>& tell) { on.stem(tx, telling(tell)); });
}

void remote::fluff(wire::transaction_ptr tx, done<peer::broadcast_report> completed) const {
  call(std::move(completed), [tx = std::move(tx)](node& on, const auto& tell) { tell(on.fluff(tx)); });
}

void remote::transaction_seen(wire::transaction_ptr tx, done<void> completed) const {
  call(std::move(completed), [tx = std::move(tx)](node& on, const auto& tell) {
    on.transaction_seen(*tx);
    tell({});
  });
}

void remote::block_seen(wire::block_ptr block, done<void> completed) const {
  call(std::move(completed), [block = std::move(block)](node& on, const auto& tell) {
    on.block_seen(*block);
    tell({});
  });
}

void remote::connect(io::endpoint where, done<peer::peer_info> completed) const {
  call(std::move(completed), [where](node& on, const auto& tell) {
    on.connect(where, [tell](result<peer::peer_info, peer::ending> outcome) {
      if (outcome) tell(*std::move(outcome));
      else tell(failure{call_failure::failed(to_string(outcome.error()))});
    });
  });
}

void remote::disconnect(io::endpoint_range where, done<std::size_t> completed) const {
  call(std::move(completed), [where](node& on, const auto& tell) { tell(on.disconnect(where)); });
}

void remote::ban(io::endpoint_range whom, io::duration length, wire::ban_cause cause, done<void> completed) const {
  call(std::move(completed),
       [whom, length, cause](node& on, const completion<void>& tell) { on.ban(whom, length, cause, telling(tell)); });
}

void remote::unban(io::endpoint_range whom, done<std::size_t> completed) const {
  call(std::move(completed), [whom](node& on, const completion<std::size_t>& tell) {
    const auto lifted = std::make_shared<std::size_t>(0);  // known before it is stored
    *lifted = on.unban(whom, [tell, lifted](const result<void, std::string>& outcome) {
      if (outcome) tell(*lifted);
      else tell(failure{call_failure::failed(outcome.error())});
    });
  });
}

void remote::report(std::uint64_t peer, wire::ban_cause fault, done<void> completed) const {
  call(std::move(completed), [peer, fault](node& on, const auto& tell) {
    if (on.report(peer, fault)) tell({});
    else tell(failure{call_failure::failed("there is no such peer")});
  });
}

void remote::trust_clock(done<void> completed) const {
  call(std::move(completed), [](node& on, const auto& tell) {
    on.trust_clock();
    tell({});
  });
}

void remote::knowing(wire::hash what, done<std::vector<peer::peer_info>> completed) const {
  call(std::move(completed), [what](node& on, const auto& tell) { tell(on.knowing(what)); });
}

void remote::peers(done<std::vector<peer::peer_status>> completed) const {
  call(std::move(completed), [](node& on, const auto& tell) { tell(on.peers()); });
}

void remote::bans(done<std::vector<peer::ban>> completed) const {
  call(std::move(completed), [](node& on, const auto& tell) { tell(on.bans()); });
}

void remote::statistics(done<node_statistics> completed) const {
  call(std::move(completed), [](node& on, const auto& tell) { tell(on.statistics()); });
}

template <peer::question Question>
requires std::copy_constructible<Question>
void remote::ask(std::uint64_t peer, Question question, done<peer::answer_to<Question>> completed) const {
  call(std::move(completed), [peer, question = std::move(question)](node& on, const auto& tell) {
    on.ask(peer, question, peer::answered<Question>{[tell](auto outcome) {
             if (outcome) tell(*std::move(outcome));
             else tell(failure{call_failure::failed(std::string{to_string(outcome.error())})});
           }});
  });
}

using namespace wire::messages;
template void remote::ask(std::uint64_t, get_peer_addrs, done<peer_addrs>) const;
template void remote::ask(std::uint64_t, get_block, done<block>) const;
template void remote::ask(std::uint64_t, get_compact_block, done<compact_block>) const;
template void remote::ask(std::uint64_t, peer::headers_question, done<std::size_t>) const;
template void remote::ask(std::uint64_t, get_output_bitmap_segment, done<output_bitmap_segment>) const;
template void remote::ask(std::uint64_t, get_output_segment, done<output_segment>) const;
template void remote::ask(std::uint64_t, get_range_proof_segment, done<range_proof_segment>) const;
template void remote::ask(std::uint64_t, get_kernel_segment, done<kernel_segment>) const;

void remote::stop(done<void> completed) const {
  call(std::move(completed), [](node& on, const auto& tell) {
    on.stop();
    tell({});
  });
}

}  // namespace pappus
