#include <string_view>

#include <pappus/peer/transport/transport_errc.hpp>

#include "../../enum_category.hpp"

namespace pappus::peer {
namespace {

std::string_view text_of(transport_errc code) noexcept {
  switch (code) {
    case transport_errc::no_onion_proxy: return "there is no proxy for onion services";
    case transport_errc::onion_services_only: return "only onion services are connected to";
    case transport_errc::unknown_name: return "the name of the host is not known any more";
    case transport_errc::no_proxy: return "there is no proxy";
    case transport_errc::own_key: return "a private link is to have the key of this node itself";
  }
  return "unknown error";
}

}  // namespace

const std::error_category& transport_category() noexcept {
  static const enum_category<transport_errc> category{"pappus.transport", text_of};
  return category;
}

}  // namespace pappus::peer
