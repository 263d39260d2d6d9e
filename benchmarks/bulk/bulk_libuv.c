// Reference of the bulk benchmark: libuv in plain C, as an expert writes it. Reads stay armed, memory is allocated at
// the start, and writes use uv_try_write first. Also the far end of each transfer that is measured.
#include <stdlib.h>
#include <uv.h>

#include "transfer.h"

struct end {
  uv_tcp_t handle;
  uv_connect_t connecting;
  uv_write_t rest;  // bytes that uv_try_write did not take
  uint64_t left;    // bytes to come or to go, those of `rest` not among them
};

static struct transfer transfer;
static uv_loop_t loop;
static uv_tcp_t listener;
static struct end* ends;
static unsigned connected, completed;
static char piece[piece_size];

static void check(int status, const char* what) {
  if (status < 0) transfer_fail(what, uv_strerror(status));
}

/// All bytes of this end have come or gone.
static void complete(struct end* self) {
  uv_close((uv_handle_t*)&self->handle, NULL);
  if (++completed != transfer.streams) return;
  transfer_end();
  uv_stop(&loop);
}

static void on_rest_written(uv_write_t* request, int status);

/// Writes until the system takes no more.
static void send_pieces(struct end* self) {
  uv_stream_t* const stream = (uv_stream_t*)&self->handle;
  const uv_buf_t whole = uv_buf_init(piece, piece_size);
  while (self->left != 0) {
    int taken = uv_try_write(stream, &whole, 1);
    if (taken == UV_EAGAIN) taken = 0;
    check(taken, "uv_try_write");
    self->left -= piece_size;
    if (taken == piece_size) continue;
    const uv_buf_t rest = uv_buf_init(piece + taken, (unsigned)(piece_size - taken));
    check(uv_write(&self->rest, stream, &rest, 1, on_rest_written), "uv_write");
    return;
  }
  complete(self);
}

static void on_rest_written(uv_write_t* request, int status) {
  check(status, "uv_write");
  send_pieces(request->handle->data);
}

static void on_allocate(uv_handle_t* handle, size_t suggested, uv_buf_t* into) {
  (void)handle;
  (void)suggested;
  *into = uv_buf_init(piece, piece_size);
}

static void on_read(uv_stream_t* stream, ssize_t status, const uv_buf_t* bytes) {
  (void)bytes;
  struct end* const self = stream->data;
  check((int)status, "uv_read");
  self->left -= (uint64_t)status;
  if (self->left == 0) complete(self);
}

/// Called for each end. No byte is sent before all are connected.
static void end_connected(void) {
  if (++connected != transfer.streams) return;
  transfer_begin();
  for (unsigned i = 0; i != transfer.streams; ++i) {
    check(uv_tcp_nodelay(&ends[i].handle, 1), "uv_tcp_nodelay");
    if (transfer.role == role_send) send_pieces(&ends[i]);
    else check(uv_read_start((uv_stream_t*)&ends[i].handle, on_allocate, on_read), "uv_read_start");
  }
}

static uv_tcp_t* init_end(unsigned index) {
  struct end* const self = &ends[index];
  check(uv_tcp_init(&loop, &self->handle), "uv_tcp_init");
  self->handle.data = self;
  self->left = transfer.bytes;
  return &self->handle;
}

static void on_connected(uv_connect_t* request, int status) {
  (void)request;
  check(status, "connect");
  end_connected();
}

static void on_connection(uv_stream_t* from, int status) {
  check(status, "listen");
  check(uv_accept(from, (uv_stream_t*)init_end(connected)), "uv_accept");
  end_connected();
}

static void start_listening(struct sockaddr_in address) {
  int size = sizeof address;
  check(uv_tcp_init(&loop, &listener), "uv_tcp_init");
  check(uv_tcp_bind(&listener, (struct sockaddr*)&address, 0), "bind");
  check(uv_listen((uv_stream_t*)&listener, 1024, on_connection), "listen");
  check(uv_tcp_getsockname(&listener, (struct sockaddr*)&address, &size), "getsockname");
  transfer_listening(ntohs(address.sin_port));
}

static void start_connecting(struct sockaddr_in address) {
  for (unsigned i = 0; i != transfer.streams; ++i) {
    uv_tcp_t* const handle = init_end(i);
    check(uv_tcp_connect(&ends[i].connecting, handle, (struct sockaddr*)&address, on_connected), "uv_tcp_connect");
  }
}

int main(int argc, char** argv) {
  transfer = transfer_read_arguments(argc, argv);
  ends = calloc(transfer.streams, sizeof *ends);
  if (ends == NULL) transfer_fail("streams", "out of memory");
  struct sockaddr_in address;
  check(uv_loop_init(&loop), "uv_loop_init");
  check(uv_ip4_addr("127.0.0.1", transfer.port, &address), "uv_ip4_addr");
  if (transfer.role == role_send) start_listening(address);
  else start_connecting(address);
  uv_run(&loop, UV_RUN_DEFAULT);
  return 0;
}
