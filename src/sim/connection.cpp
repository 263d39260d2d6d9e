#include "connection.hpp"

#include "fabric.hpp"

namespace pappus::sim {

connection::connection(world& in, route& over, bool back, io::endpoint from, io::endpoint to,
                       std::uint64_t seed) noexcept
    : owner_(in),
      over_(over),
      back_(back),
      from_(from),
      to_(to),
      forward_(*this, false, mix64(seed)),
      backward_(*this, true, mix64(seed + 1)) {
  over_.connections().push_back(*this);
  owner_.links().count(1);
}

connection::~connection() {
  over_.connections().remove(*this);
  owner_.links().count(-1);
}

void connection::release_held() noexcept {
  forward_.release_held();
  backward_.release_held();
}

void connection::reset() noexcept {
  silence();
  dialer_.fail(std::make_error_code(std::errc::connection_reset));
  acceptor_.fail(std::make_error_code(std::errc::connection_reset));
}

void connection::silence() noexcept {
  forward_.silence();
  backward_.silence();
}

}  // namespace pappus::sim
