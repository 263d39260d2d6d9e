#include <string>

#include <pappus/peer/stem_result.hpp>

namespace pappus::peer {
namespace {

class stem_errors final : public std::error_category {
public:
  [[nodiscard]] const char* name() const noexcept override { return "pappus.stem"; }
  [[nodiscard]] std::string message(int code) const override {
    switch (static_cast<stem_errc>(code)) {
      case stem_errc::invalid: return "it is not valid";
      case stem_errc::already_private: return "it is on its way already";
      case stem_errc::already_public: return "it is public already";
      case stem_errc::pool_full: return "there are too many private transactions";
      case stem_errc::not_private: return "it is not in the stempool";
    }
    return "unknown error";
  }
};

}  // namespace

const std::error_category& stem_category() noexcept {
  static const stem_errors category;
  return category;
}

}  // namespace pappus::peer
