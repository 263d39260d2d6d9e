// Bulk benchmark of pappus, as its users write it: a coroutine a stream, in a scope, so a stop request can reach it
// anywhere.
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include <pappus/coro/scope.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/result.hpp>
#include <pappus/uv/loop.hpp>

#include "transfer.h"

namespace {

using namespace pappus;

constexpr std::uint32_t loopback = 0x7f000001;

std::array<std::byte, piece_size> piece;

task<result<void>> send(io::stream_ptr to, std::uint64_t bytes) {
  for (std::uint64_t left = bytes; left != 0; left -= piece.size()) {
    PAPPUS_CO_TRY_DISCARD(co_await to->write_all(piece));
  }
  co_return {};
}

task<result<void>> receive(io::stream_ptr from, std::uint64_t bytes) {
  for (std::uint64_t left = bytes; left != 0;) {
    PAPPUS_CO_TRY(view, co_await from->read_view());
    left -= view.size();
  }
  co_return {};
}

task<result<std::vector<io::stream_ptr>>> connect_all(io::runtime& net, transfer what) {
  std::vector<io::stream_ptr> streams;
  io::listener_ptr listener;
  if (what.role == role_send) {
    PAPPUS_CO_TRY(opened, net.listen({pappus::ip_address::v4(loopback), 0}));
    listener = std::move(opened);
    transfer_listening(listener->local_endpoint().port);
  }
  while (streams.size() != what.streams) {
    if (what.role == role_send) {
      PAPPUS_CO_TRY(stream, co_await listener->accept());
      streams.push_back(std::move(stream));
    } else {
      PAPPUS_CO_TRY(stream, co_await net.connect({pappus::ip_address::v4(loopback), what.port}));
      streams.push_back(std::move(stream));
    }
  }
  co_return streams;
}

/// No byte is sent before all are connected.
task<result<void>> run_all(scope& all, io::runtime& net, transfer what) {
  PAPPUS_CO_TRY(streams, co_await connect_all(net, what));
  transfer_begin();
  for (auto& stream : streams) {
    if (what.role == role_send) all.spawn(send(std::move(stream), what.bytes));
    else all.spawn(receive(std::move(stream), what.bytes));
  }
  co_return {};
}

}  // namespace

int main(int argc, char** argv) {
  const transfer what = transfer_read_arguments(argc, argv);
  uv::loop loop;
  const auto ended = loop.run(with_scope(coro::fail_fast, run_all, std::ref(loop.runtime()), what));
  if (!ended) transfer_fail("bulk", ended.error().message().c_str());
  transfer_end();
}
