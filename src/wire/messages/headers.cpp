// The bodies of GetHeaders and Headers.
#include <algorithm>
#include <cstddef>

#include <pappus/wire/messages/headers.hpp>

namespace pappus::wire::messages {

get_headers get_headers::read(reader& in) {
  const std::uint8_t count = in.count(limits::locator, "count");
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
  if (locator.size() > limits::locator) return out.fail(encode_fault::over_limit, "locator");
  out.u8(static_cast<std::uint8_t>(locator.size()));
  for (const hash& known : locator) out.fixed(known);
}

headers headers::read(reader& in) {
  const std::uint16_t count = in.count(limits::headers, "count");
  const std::size_t start = in.offset();
  headers value;
  std::vector<header_place> places;
  places.reserve(std::min<std::size_t>(count, in.remaining() / wire::header::smallest));
  in.part("headers[]");
  for (std::uint16_t i = 0; i < count && in.ok(); ++i) {
    in.element(i);
    places.push_back(read_header(in));
  }
  in.part("");
  if (!in.ok()) return value;

  const bytes_view all = in.since(start);
  const shared_bytes kept = share(bytes(all.begin(), all.end()));
  value.values.reserve(places.size());
  for (const header_place& place : places) {
    const auto offset = static_cast<std::size_t>(place.raw.data() - all.data());
    value.values.emplace_back(kept.part(offset, place.raw.size()), place.id);
  }
  return value;
}

void headers::write(writer& out) const {
  if (values.size() > limits::headers) return out.fail(encode_fault::over_limit, "headers");
  out.u16(static_cast<std::uint16_t>(values.size()));
  for (const wire::header& each : values) out.raw(each.as_received().view());
}

std::size_t headers::size(protocol_version) const noexcept {
  std::size_t total = 2;
  for (const wire::header& each : values) total += each.size();
  return total;
}

}  // namespace pappus::wire::messages
