// Lower bound for the scale benchmark: a server on bare epoll with the same handshakes, pongs, pings and announcements
// and nothing else. It verifies nothing, bounds nothing, and knows no transaction again.
#define _GNU_SOURCE  // accept4
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "frames.h"

enum { capacity = 32768, block = 65536, unsent_capacity = 16384, ping_interval = 10 };

struct peer {
  int descriptor;
  bool up;        // it has said Hand
  bool announce;  // it wants hashes of kernels instead of transactions
  uint32_t held;  // bytes of a frame whose end has not come
  uint32_t unsent;
  uint8_t* frame;
  uint8_t* waiting;  // bytes that the system did not take
};

static int poller;
static struct peer* peers[capacity];  // by descriptor
static int most;                      // largest descriptor so far
static uint8_t received[block];
static uint8_t genesis[hash_size];

static int check(long status, const char* what) {
  if (status >= 0) return (int)status;
  perror(what);
  exit(1);
}

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (double)at.tv_sec + 1e-9 * (double)at.tv_nsec;
}

static void leave(struct peer* self) {
  peers[self->descriptor] = NULL;
  close(self->descriptor);
  free(self->frame);
  free(self->waiting);
  free(self);
}

static void interest(const struct peer* self, uint32_t events) {
  struct epoll_event wanted = {.events = events, .data.ptr = (void*)self};
  check(epoll_ctl(poller, EPOLL_CTL_MOD, self->descriptor, &wanted), "epoll_ctl");
}

/// What finds no room is dropped.
static void send_bytes(struct peer* to, const uint8_t* bytes, size_t size) {
  ssize_t taken = 0;
  if (to->unsent == 0) {
    taken = write(to->descriptor, bytes, size);
    if (taken == (ssize_t)size) return;
    if (taken < 0) taken = 0;
  }
  if (to->waiting == NULL) to->waiting = malloc(unsent_capacity);
  const size_t rest = size - (size_t)taken;
  if (to->waiting == NULL || to->unsent + rest > unsent_capacity) return;
  memcpy(to->waiting + to->unsent, bytes + taken, rest);
  if (to->unsent == 0) interest(to, EPOLLIN | EPOLLOUT);
  to->unsent += (uint32_t)rest;
}

static void send_rest(struct peer* to) {
  const ssize_t taken = write(to->descriptor, to->waiting, to->unsent);
  if (taken <= 0) return;
  to->unsent -= (uint32_t)taken;
  memmove(to->waiting, to->waiting + taken, to->unsent);
  if (to->unsent == 0) interest(to, EPOLLIN);
}

static void announce(const struct peer* from, const uint8_t* frame, size_t size) {
  uint8_t hash[kernel_frame_size];
  uint8_t* const body = put_frame_header(hash, type_transaction_kernel, hash_size);
  memcpy(body, frame + size - hash_size, hash_size);  // the end of its signature stands for the hash
  for (int i = 0; i <= most; ++i) {
    if (peers[i] == NULL || peers[i] == from || !peers[i]->up) continue;
    if (peers[i]->announce) send_bytes(peers[i], hash, sizeof hash);
    else send_bytes(peers[i], frame, size);
  }
}

static void on_frame(struct peer* self, const uint8_t* frame, size_t size) {
  uint8_t answer[largest_handshake];
  switch (frame[2]) {
    case type_hand:
      self->up = true;
      self->announce = (number_at(frame + frame_header_size + 4, 4) & 8) != 0;
      send_bytes(self, answer, put_handshake(answer, type_shake, 95, 0, genesis));
      put_ping(answer, type_ping);
      return send_bytes(self, answer, ping_size);
    case type_ping: put_ping(answer, type_pong); return send_bytes(self, answer, ping_size);
    case type_transaction: return announce(self, frame, size);
    default: return;
  }
}

/// Returns the size of the frames at the front that are complete; handles them.
static size_t on_bytes(struct peer* self, const uint8_t* bytes, size_t size) {
  size_t taken = 0;
  while (size - taken >= frame_header_size) {
    const size_t length = frame_header_size + number_at(bytes + taken + 3, 8);
    if (length > block) exit(1);
    if (size - taken < length) break;
    on_frame(self, bytes + taken, length);
    taken += length;
  }
  return taken;
}

static void on_readable(struct peer* self) {
  if (self->held != 0) memcpy(received, self->frame, self->held);
  const ssize_t count = read(self->descriptor, received + self->held, block - self->held);
  if (count < 0 && errno == EAGAIN) return;
  if (count <= 0) return leave(self);
  const size_t size = self->held + (size_t)count;
  const size_t taken = on_bytes(self, received, size);
  self->held = (uint32_t)(size - taken);
  if (self->held == 0) return;
  self->frame = realloc(self->frame, self->held);
  if (self->frame == NULL) exit(1);
  memcpy(self->frame, received + taken, self->held);
}

static void on_connection(int listener) {
  for (;;) {
    const int descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) return;
    struct peer* const made = calloc(1, sizeof *made);
    if (made == NULL || descriptor >= capacity) exit(1);
    const int yes = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    made->descriptor = descriptor;
    peers[descriptor] = made;
    if (descriptor > most) most = descriptor;
    struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = made};
    check(epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &wanted), "epoll_ctl");
  }
}

/// Pings go out in the order of descriptors, spread over the interval.
static int ping_some(double begun, int64_t* pinged) {
  const int64_t due = (int64_t)((now() - begun) / ping_interval * capacity);
  uint8_t frame[ping_size];
  put_ping(frame, type_ping);
  for (; *pinged < due; ++*pinged) {
    struct peer* const to = peers[*pinged % capacity];
    if (to != NULL && to->up) send_bytes(to, frame, sizeof frame);
  }
  return 5;  // milliseconds until the next are due
}

int main(int argc, char** argv) {
  if (argc != 2 || strlen(argv[1]) != 2 * hash_size) {
    fputs("usage: scale_floor GENESIS: prints its port; the end of the input ends it\n", stderr);
    return 2;
  }
  for (size_t i = 0; i != hash_size; ++i) sscanf(argv[1] + 2 * i, "%2hhx", &genesis[i]);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);

  poller = check(epoll_create1(0), "epoll_create1");
  const int listener = check(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), "socket");
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  check(bind(listener, (struct sockaddr*)&address, size), "bind");
  check(listen(listener, 4096), "listen");
  check(getsockname(listener, (struct sockaddr*)&address, &size), "getsockname");
  struct epoll_event wanted = {.events = EPOLLIN, .data.fd = listener};
  check(epoll_ctl(poller, EPOLL_CTL_ADD, listener, &wanted), "epoll_ctl");
  struct epoll_event input = {.events = EPOLLIN, .data.ptr = NULL};
  check(epoll_ctl(poller, EPOLL_CTL_ADD, STDIN_FILENO, &input), "epoll_ctl");
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);

  static struct epoll_event events[1024];
  const double begun = now();
  int64_t pinged = 0;
  for (;;) {
    const int count = epoll_wait(poller, events, 1024, ping_some(begun, &pinged));
    for (int i = 0; i < count; ++i) {
      if (events[i].data.ptr == NULL) return 0;
      if (events[i].data.u64 == (uint64_t)listener) {
        on_connection(listener);
        continue;
      }
      struct peer* const self = events[i].data.ptr;
      if ((events[i].events & EPOLLOUT) != 0) send_rest(self);
      if ((events[i].events & ~(uint32_t)EPOLLOUT) != 0) on_readable(self);
    }
  }
}
