// The bodies of GetHeaders and Headers.
#include <cstddef>

#include <pappus/wire/messages/headers.hpp>

namespace pappus::wire::messages {

get_headers get_headers::read(reader& in) {
  const std::uint8_t count = in.count(limits::max_locator_hashes, "count");
  get_headers value;
  value.locator.reserve(count);
  for (std::uint8_t i = 0; i < count && in.ok(); ++i) {
    in.element(i);
    const auto known = in.fixed<hash>("locator[]");
    if (in.ok()) value.locator.push_back(known);
  }
  return value;
}

void get_headers::write(writer& out) const {
  if (locator.size() > limits::max_locator_hashes) return out.fail(encode_errc::over_limit, "locator");
  out.u8(static_cast<std::uint8_t>(locator.size()));
  for (const hash& known : locator) out.fixed(known);
}

headers headers::read(reader& in) {
  const std::uint16_t count = in.count(limits::max_headers, "count");
  in.part("headers[]");
  headers value{wire::header::read_list(in, 0, count)};
  in.part("");
  return value;
}

void headers::write(writer& out) const {
  if (values.size() > limits::max_headers) return out.fail(encode_errc::over_limit, "headers");
  out.u16(static_cast<std::uint16_t>(values.size()));
  for (const wire::header& each : values) out.raw(each.raw_bytes().view());
}

std::size_t headers::size(protocol_version) const noexcept {
  std::size_t total = 2;
  for (const wire::header& each : values) total += each.size();
  return total;
}

}  // namespace pappus::wire::messages
