#include "settings.hpp"

namespace anonymity {

const char* to_string(scheme which) noexcept {
  switch (which) {
    case scheme::grin: return "grin";
    case scheme::dandelion_plus_plus: return "dandelion++";
    case scheme::diffusion: return "diffusion";
    case scheme::private_broadcast: return "private";
  }
  return "";
}

const char* to_string(topology which) noexcept {
  switch (which) {
    case topology::line: return "line";
    case topology::four_regular: return "4-regular";
    case topology::out8: return "out8";
  }
  return "";
}

const char* to_string(hearing which) noexcept { return which == hearing::stems ? "stems" : "all"; }

}  // namespace anonymity
