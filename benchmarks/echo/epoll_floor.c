// Lower bound for the echo benchmarks on Linux: only the necessary system calls, on epoll.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "contest.h"

struct connection {
  int descriptor;
  bool client;
  size_t filled;
  char message[message_size];
};

static struct contest contest;

/// Returns `status`; exits the program if it is an error.
static int check(ssize_t status, const char* what) {
  if (status < 0) contest_fail(what, strerror(errno));
  return (int)status;
}

/// A message always fits into the empty buffer of a socket.
static void write_message(const struct connection* to) {
  if (write(to->descriptor, to->message, message_size) != message_size) contest_fail("write", "was not whole");
}

static void add(int poll, struct connection* made, int descriptor, bool client) {
  const int yes = 1;
  made->descriptor = descriptor;
  made->client = client;
  check(setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes), "TCP_NODELAY");
  struct epoll_event interest;
  memset(&interest, 0, sizeof interest);
  interest.events = EPOLLIN;
  interest.data.ptr = made;
  check(epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &interest), "epoll_ctl");
}

/// Returns the connections, client and server end of each alternately.
static struct connection* connect_all(int poll) {
  struct connection* const made = calloc(2 * (size_t)contest.connections, sizeof *made);
  if (made == NULL) contest_fail("connections", "out of memory");
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const int listener = check(socket(AF_INET, SOCK_STREAM, 0), "socket");
  check(bind(listener, (struct sockaddr*)&address, size), "bind");
  check(listen(listener, 128), "listen");
  check(getsockname(listener, (struct sockaddr*)&address, &size), "getsockname");
  for (unsigned i = 0; i < contest.connections; ++i) {
    const int client = check(socket(AF_INET, SOCK_STREAM, 0), "socket");
    check(connect(client, (struct sockaddr*)&address, size), "connect");
    add(poll, &made[2 * i], client, true);
    add(poll, &made[2 * i + 1], check(accept(listener, NULL, NULL), "accept"), false);
  }
  return made;
}

/// Returns false after the last round trip.
static bool on_readable(struct connection* self) {
  self->filled +=
      (size_t)check(read(self->descriptor, self->message + self->filled, message_size - self->filled), "read");
  if (self->filled < message_size) return true;
  self->filled = 0;
  if (self->client && !contest_round_trip(&contest)) return false;
  write_message(self);
  return true;
}

int main(int argc, char** argv) {
  static const char* const variants[] = {"plain", NULL};
  static struct epoll_event events[1024];
  contest = contest_read_arguments(argc, argv, variants);
  const int poll = check(epoll_create1(0), "epoll_create1");
  struct connection* const connections = connect_all(poll);
  for (unsigned i = 0; i < contest.connections; ++i) write_message(&connections[2 * i]);
  for (;;) {
    const int count = check(epoll_wait(poll, events, sizeof events / sizeof *events, -1), "epoll_wait");
    for (int i = 0; i < count; ++i) {
      if (!on_readable(events[i].data.ptr)) return 0;
    }
  }
}
