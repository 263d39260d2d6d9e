#include <pappus/io/transport.hpp>

namespace pappus::io {

void connect_operation::begin() { by_.begin(*this); }
void connect_operation::abandon() noexcept { by_.abandon(*this); }

void accept_operation::begin() { at_.begin(*this); }
void accept_operation::abandon() noexcept { at_.abandon(*this); }

void resolve_operation::begin() { by_.begin(*this); }
void resolve_operation::abandon() noexcept { by_.abandon(*this); }

void listener_closer::operator()(listener* ended) const noexcept {
  ended->close();
  ended->release();
}

}  // namespace pappus::io
