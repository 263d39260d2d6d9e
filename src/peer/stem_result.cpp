#include <string_view>

#include <pappus/peer/stem_result.hpp>

#include "../enum_category.hpp"

namespace pappus::peer {
namespace {

std::string_view text_of(stem_errc error) noexcept {
  switch (error) {
    case stem_errc::invalid: return "it is not valid";
    case stem_errc::already_private: return "it is on its way already";
    case stem_errc::already_public: return "it is public already";
    case stem_errc::pool_full: return "there are too many private transactions";
    case stem_errc::not_private: return "it is not private";
  }
  return "unknown error";
}

}  // namespace

const std::error_category& stem_category() noexcept {
  static const enum_category<stem_errc> category{"pappus.stem", text_of};
  return category;
}

}  // namespace pappus::peer
