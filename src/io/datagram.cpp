#include <pappus/io/datagram.hpp>

namespace pappus::io {

void receive_operation::begin() { at_.begin(*this); }
void receive_operation::abandon() noexcept { at_.abandon(*this); }

void datagram_socket_closer::operator()(datagram_socket* ended) const noexcept {
  ended->close();
  ended->release();
}

}  // namespace pappus::io
