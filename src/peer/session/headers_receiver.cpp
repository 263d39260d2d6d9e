#include <algorithm>
#include <utility>

#include <pappus/peer/session/headers_receiver.hpp>
#include <pappus/peer/session/limits.hpp>

namespace pappus::peer {

wire::decode_result<bool> headers_receiver::receive_batch(wire::bytes_view body, const wire::codec_context& codec) {
  const headers_request* const request = requests_.first<headers_request>();
  if (request == nullptr) return false;
  PAPPUS_TRY(batch, message_.decoder.next(body, codec, limits::headers_batch_size));
  if (batch.empty()) return false;
  requests_.disarm_first<headers_request>();  // from here on the timeout of the frame applies
  pass_on(*request, batch);
  return true;
}

wire::decode_result<void> headers_receiver::finish(wire::bytes_view body, const wire::codec_context& codec) {
  const message_state finished = std::exchange(message_, {});
  if (requests_.first<headers_request>() == nullptr) return {};
  PAPPUS_TRY_DISCARD(finished.decoder.finish(body, codec));
  requests_.complete<headers_request>(finished.passed_on);
  return {};
}

/// Later headers build on the first one from the future.
void headers_receiver::pass_on(const headers_request& request, std::span<const wire::header> batch) {
  headers_response& so_far = message_.passed_on;
  if (so_far.truncated) return;
  const auto future =
      std::ranges::find_if(batch, [this](const wire::header& each) { return chain_.is_from_future(each); });
  so_far.truncated = future != batch.end();
  batch = batch.first(static_cast<std::size_t>(future - batch.begin()));
  so_far.count += batch.size();
  if (request.handler && !batch.empty()) request.handler(batch);
}

}  // namespace pappus::peer
