// Commands on protocol messages: send one, request one, store one to be served to peers.
#include <concepts>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "commands.hpp"
#include "message_kinds.hpp"
#include "parameters.hpp"
#include "read_message.hpp"
#include "text.hpp"

namespace mini_node {
namespace {

using pappus::failure;
namespace peer = pappus::peer;
namespace wire = pappus::wire;
using namespace wire::messages;

template <class Answer>
using outcome_of = pappus::result<Answer>;

}  // namespace

pappus::result<std::uint64_t, std::string> commands::peer_at(std::string_view text) const {
  const auto id = parse_number(text);
  const auto where = pappus::io::endpoint::parse(text);
  if (!id && !where) return failure{"PEER: " + is_not(text, "an id or IP:PORT")};
  std::vector<std::uint64_t> found;
  for (const auto& each : node_.peers()) {
    if (id ? each.id != *id : each.endpoint != *where) continue;
    if (each.direction == peer::direction::outbound) return each.id;
    found.push_back(each.id);
  }
  if (found.empty()) return failure{no_peer(text)};
  if (found.size() == 1) return found.front();
  return failure{"more than one peer at " + std::string{text} + ": name it by its id, which `peers` lists"};
}

void commands::send(const words& given, const done& answer) {
  const auto known = check_name(given[1], "a message of the protocol", []<class Message>() { return true; });
  if (!known) return answer(failure{known.error()});
  const auto to = peer_at(given[0]);
  if (!to) return answer(failure{to.error()});
  bool sent = false;
  const auto read = read_message(given[1], given[2], node_.config().chain.limits,
                                 [&](const auto& message) { sent = node_.send(*to, message); });
  if (!read) return answer(failure{read.error()});
  if (!sent) return answer(failure{std::string{given[1]} + " has no form in the protocol version of that peer"});
  answer(record{});
}

void commands::request(const words& given, const done& answer) {
  const auto known = check_name(given[1], "a request", []<class Message>() { return requestable<Message>; });
  if (!known) return answer(failure{known.error()});
  const auto whom = peer_at(given[0]);
  if (!whom) return answer(failure{whom.error()});
  const auto put = [&]<peer::peer_request Request>(Request request) {
    node_.request(*whom, std::move(request), [answer](const outcome_of<peer::response_to<Request>>& got) {
      if (got) answer(description_of(*got));
      else answer(failure{got.error().message()});
    });
  };
  const auto read = read_message(given[1], given[2], node_.config().chain.limits, [&](const auto& message) {
    using request_type = std::remove_cvref_t<decltype(message)>;
    if constexpr (std::same_as<request_type, get_headers>) ask_headers(*whom, message, answer);
    else if constexpr (requestable<request_type>) put(message);
  });
  if (!read) answer(failure{read.error()});
}

void commands::ask_headers(std::uint64_t whom, const get_headers& request, const done& answer) {
  const auto all = std::make_shared<headers>();
  peer::headers_request headers_request{request.locator, [all](std::span<const wire::header> batch) {
                                          all->values.insert(all->values.end(), batch.begin(), batch.end());
                                        }};
  node_.request(whom, std::move(headers_request), [all, answer](const outcome_of<peer::headers_response>& got) {
    if (got) answer(description_of(*all));
    else answer(failure{got.error().message()});
  });
}

void commands::serve(const words& given, const done& answer) {
  const auto known = check_name(given[0], "chain data", []<class Message>() { return servable<Message>; });
  if (!known) return answer(failure{known.error()});
  const auto read = read_message(given[0], given[1], node_.config().chain.limits, [&](const auto& message) {
    if constexpr (servable<std::remove_cvref_t<decltype(message)>>) chain_.keep(message);
  });
  if (!read) return answer(failure{read.error()});
  follower_.show();
  answer(record{});
}

void commands::broadcast(const words& given, const done& answer) {
  const auto known = check_name(given[0], "news of the chain", []<class Message>() { return chain_news<Message>; });
  if (!known) return answer(failure{known.error()});
  peer::broadcast_report told;
  const auto read = read_message(given[0], given[1], node_.config().chain.limits, [&](const auto& message) {
    if constexpr (chain_news<std::remove_cvref_t<decltype(message)>>) {
      chain_.keep(message);
      follower_.show();
      told = node_.broadcast(message.value);
    }
  });
  if (!read) return answer(failure{read.error()});
  answer(description_of(told));
}

}  // namespace mini_node
