#include <uv.h>

#include <pappus/uv/error.hpp>
#include <pappus/uv/stdio.hpp>

#include "file_stream.hpp"
#include "stream.hpp"

namespace pappus::uv {
namespace {

/// Opens a descriptor that libuv can poll; `open` calls the matching libuv functions.
template <class Open>
result<io::stream_ptr> open_polled(loop& on, Open open) {
  auto* const opened = new stream{on};
  io::stream_ptr owned{opened};
  if (const int status = open(*opened); status < 0) return failure{error_from(status)};
  return owned;
}

}  // namespace

result<io::stream_ptr> open_descriptor(loop& on, int descriptor) {
  switch (uv_guess_handle(descriptor)) {
    case UV_TTY:
      return open_polled(on, [&](stream& opened) {
        const int status = uv_tty_init(&on.handle(), &opened.as_tty(), descriptor, 0);
        if (status == 0) opened.initialized();
        return status;
      });
    case UV_NAMED_PIPE:
      return open_polled(on, [&](stream& opened) {
        int status = uv_pipe_init(&on.handle(), &opened.as_pipe(), 0);
        if (status == 0) opened.initialized();
        if (status == 0) status = uv_pipe_open(&opened.as_pipe(), descriptor);
        return status;
      });
    case UV_TCP:
      return open_polled(on, [&](stream& opened) {
        int status = uv_tcp_init(&on.handle(), &opened.as_tcp());
        if (status == 0) opened.initialized();
        if (status == 0) status = uv_tcp_open(&opened.as_tcp(), descriptor);
        return status;
      });
    case UV_FILE: return io::stream_ptr{new file_stream{on, descriptor, file_stream::owns_descriptor::no}};
    default: return failure{error_from(UV_EBADF)};
  }
}

}  // namespace pappus::uv
