// A request to a gateway, which is no response.
#include <pappus/portmap/pcp.hpp>

int main() {
  const auto request = pappus::portmap::pcp::encode_announce(pappus::ip_address::v4(0x7f000001));
  return pappus::portmap::pcp::decode_announce_response(request) ? 1 : 0;
}
