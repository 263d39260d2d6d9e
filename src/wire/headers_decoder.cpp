#include <algorithm>

#include <pappus/wire/headers_decoder.hpp>
#include <pappus/wire/limits.hpp>
#include <pappus/wire/messages/headers.hpp>
#include <pappus/wire/reader.hpp>

namespace pappus::wire {
namespace {

decode_error named(decode_error error) noexcept {
  error.message = messages::headers::name;
  return error;
}

}  // namespace

decode_result<std::vector<header>> headers_decoder::next(bytes_view body, const codec_context& spoken,
                                                         std::size_t max) {
  std::vector<header> none;
  reader in{body, spoken};
  if (!count_) {
    if (body.size() < sizeof(std::uint16_t)) return none;
    count_ = in.count(limits::max_headers, "count");
    if (!in.ok()) return failure{named(in.error())};
    offset_ = scanned_ = in.offset();
  } else {
    static_cast<void>(in.take(offset_, ""));
  }

  const header_rules& rules = spoken.limits.headers;
  const std::size_t wanted = std::min(max, *count_ - given_);
  while (whole_ < wanted) {
    const auto size = complete_header_size(body.subspan(scanned_), rules);
    if (!size) break;
    scanned_ += *size;
    ++whole_;
  }
  if (whole_ < wanted || wanted == 0) return none;

  in.part("headers[]");
  std::vector<header> batch = header::read_list(in, given_, wanted);
  if (!in.ok()) return failure{named(in.error())};
  given_ += wanted;
  whole_ = 0;
  offset_ = scanned_ = in.offset();
  return batch;
}

decode_result<void> headers_decoder::finish(bytes_view body, const codec_context& spoken) const {
  reader in{body, spoken};
  const std::uint16_t count = in.count(limits::max_headers, "count");
  static_cast<void>(in.take(count_ ? offset_ - in.offset() : 0, ""));
  in.part("headers[]");
  if (given_ < count) static_cast<void>(header::read_list(in, given_, count - given_));
  in.part("");
  in.expect_end();
  if (!in.ok()) return failure{named(in.error())};
  return {};
}

}  // namespace pappus::wire
