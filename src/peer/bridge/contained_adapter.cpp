#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include <pappus/peer/bridge/contained_adapter.hpp>

namespace pappus::peer {
namespace {

/// Wraps a notification about a session, whose peer is its first parameter.
template <class... More>
std::function<void(const peer_info&, More...)> of_session(std::function<void(const peer_info&, More...)> notice,
                                                          std::string_view what, containment& faults) {
  if (!notice) return notice;
  return [notice = std::move(notice), what, &faults](const peer_info& peer, More... more) {
    faults.run(peer.id, what, [&] { notice(peer, more...); });
  };
}

/// After an exception the features count as not known.
auto known_features(decltype(adapter::get_output_features) find, containment& faults) {
  if (!find) return find;
  return decltype(find){[find, &faults](const wire::commitment& spent) {
    std::optional<wire::output_features> known;
    faults.run(0, "features_of", [&] { known = find(spent); });
    return known;
  }};
}

}  // namespace

adapter contained(adapter above, containment& faults) {
  above.get_output_features = known_features(std::move(above.get_output_features), faults);
  above.transaction_stemmed = faults.contained(std::move(above.transaction_stemmed), "transaction_stemmed");
  above.transaction_fluffed = faults.contained(std::move(above.transaction_fluffed), "transaction_fluffed");
  above.listening = faults.contained(std::move(above.listening), "listening");
  above.peer_connected = of_session(std::move(above.peer_connected), "peer_connected", faults);
  above.peer_disconnected = of_session(std::move(above.peer_disconnected), "peer_disconnected", faults);
  above.banned = faults.contained(std::move(above.banned), "banned");
  above.unbanned = faults.contained(std::move(above.unbanned), "unbanned");
  above.trace = of_session(std::move(above.trace), "trace", faults);
  return above;
}

}  // namespace pappus::peer
