// Reference echo benchmark: libuv in plain C, as an expert writes it. Reads stay armed, memory is allocated at the
// start, and writes use uv_try_write first.
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "contest.h"

// A read that does not fill its buffer saves libuv a second read call that would return EAGAIN.
enum { block_size = 2 * message_size };

struct connection {
  uv_tcp_t handle;
  uv_write_t rest;  // bytes that uv_try_write did not take
  size_t filled;
  bool client;
  char block[block_size];
};

static struct contest contest;
static bool gathers;
static uv_loop_t loop;
static uv_tcp_t listener;
static uv_connect_t connecting;
static struct sockaddr_in address;
static struct connection* connections;  // client and server end of each connection alternately
static unsigned made;

static void check(int status, const char* what) {
  if (status < 0) contest_fail(what, uv_strerror(status));
}

static void on_rest_written(uv_write_t* request, int status) {
  (void)request;
  check(status, "uv_write");
}

static void write_message(struct connection* to) {
  uv_stream_t* const stream = (uv_stream_t*)&to->handle;
  const uv_buf_t whole = uv_buf_init(to->block, message_size);
  int taken;
  if (gathers) {
    const uv_buf_t parts[] = {uv_buf_init(to->block, header_size),
                              uv_buf_init(to->block + header_size, message_size - header_size)};
    taken = uv_try_write(stream, parts, 2);
  } else {
    taken = uv_try_write(stream, &whole, 1);
  }
  if (taken == message_size) return;
  if (taken == UV_EAGAIN) taken = 0;
  check(taken, "uv_try_write");
  const uv_buf_t rest = uv_buf_init(to->block + taken, (unsigned)(message_size - taken));
  check(uv_write(&to->rest, stream, &rest, 1, on_rest_written), "uv_write");
}

static void on_allocate(uv_handle_t* handle, size_t suggested, uv_buf_t* into) {
  (void)suggested;
  struct connection* const self = handle->data;
  into->base = self->block + self->filled;
  into->len = block_size - self->filled;
}

static void on_read(uv_stream_t* stream, ssize_t status, const uv_buf_t* bytes) {
  (void)bytes;
  struct connection* const self = stream->data;
  check((int)status, "uv_read");
  self->filled += (size_t)status;
  if (self->filled < message_size) return;
  self->filled = 0;
  if (self->client && !contest_round_trip(&contest)) uv_stop(&loop);
  else write_message(self);
}

static void start_all(void) {
  const unsigned ends = 2 * contest.connections;
  for (unsigned i = 0; i < ends; ++i) {
    check(uv_tcp_nodelay(&connections[i].handle, 1), "uv_tcp_nodelay");
    check(uv_read_start((uv_stream_t*)&connections[i].handle, on_allocate, on_read), "uv_read_start");
  }
  for (unsigned i = 0; i < ends; i += 2) write_message(&connections[i]);
}

static uv_tcp_t* init_end(unsigned index) {
  struct connection* const self = &connections[index];
  check(uv_tcp_init(&loop, &self->handle), "uv_tcp_init");
  self->handle.data = self;
  self->client = index % 2 == 0;
  return &self->handle;
}

static void on_connected(uv_connect_t* request, int status);

static void connect_next(void) {
  uv_tcp_t* const handle = init_end(made);
  check(uv_tcp_connect(&connecting, handle, (struct sockaddr*)&address, on_connected), "uv_tcp_connect");
}

/// Called for each end of a connection. Connections are made one after the other.
static void end_made(void) {
  if (++made == 2 * contest.connections) start_all();
  else if (made % 2 == 0) connect_next();
}

static void on_connected(uv_connect_t* request, int status) {
  (void)request;
  check(status, "connect");
  end_made();
}

static void on_connection(uv_stream_t* from, int status) {
  check(status, "listen");
  check(uv_accept(from, (uv_stream_t*)init_end(made | 1)), "uv_accept");
  end_made();
}

int main(int argc, char** argv) {
  static const char* const variants[] = {"plain", "gathered", NULL};
  contest = contest_read_arguments(argc, argv, variants);
  gathers = strcmp(contest.variant, "gathered") == 0;
  connections = calloc(2 * (size_t)contest.connections, sizeof *connections);
  if (connections == NULL) contest_fail("connections", "out of memory");

  int size = sizeof address;
  check(uv_loop_init(&loop), "uv_loop_init");
  check(uv_tcp_init(&loop, &listener), "uv_tcp_init");
  check(uv_ip4_addr("127.0.0.1", 0, &address), "uv_ip4_addr");
  check(uv_tcp_bind(&listener, (struct sockaddr*)&address, 0), "bind");
  check(uv_listen((uv_stream_t*)&listener, 128, on_connection), "listen");
  check(uv_tcp_getsockname(&listener, (struct sockaddr*)&address, &size), "getsockname");
  connect_next();
  uv_run(&loop, UV_RUN_DEFAULT);
  return 0;
}
