// The load of the scale benchmark: thousands of peers of Grin's protocol in one process, on bare epoll, and bystanders
// among them whose pings measure how long a server lets its peers wait.
//
// Commands come from standard input, one a line, each answered by one line of JSON, with the times of the bystanders'
// pings since the command before:
//   open N           connects until N peers have shaken hands
//   watch SECONDS    does what peers do: answers pings, pings every 10 s
//   announce N MS    sends N transactions, one every MS milliseconds; each has to reach all peers that read: how long
//                    until each peer knew, and until the last one did
//   storm N          N peers leave at once, and as many come
//   close N          N peers leave at once
//   churn SECONDS N  for that long a transaction a second is sent, and N peers a second leave and come again
//
// Times of arrival are the kernel's, so they do not depend on how busy this process is.
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

enum {
  capacity = 32768,
  bystanders = 50,
  kept = 64,         // bytes of a frame that matter
  at_once = 128,     // handshakes under way
  samples = 1 << 20  // of pings, and of deliveries
};

static const double ping_interval = 10;         // seconds
static const double bystander_interval = 0.25;  // seconds: 240 pings a minute, of at most 500
static const double slow_interval = 1;          // seconds between two reads of a slow reader
static const double patience = 20;              // seconds
static const double patience_per_peer = 0.2;    // seconds: Grin takes 0.15 s to accept one

enum stage { closed, connecting, shaking, up };

struct peer {
  int descriptor;
  enum stage stage;
  bool slow;
  uint32_t held;  // bytes of the frame that is arriving, at most `kept` of which are in `frame`
  uint64_t frame_size;
  double begun;    // when it connected
  double ping_at;  // when the ping without a pong was sent; 0: none
  uint8_t frame[kept];
  uint8_t known[hash_size];  // the last transaction it knows of
};

static int poller;
static struct sockaddr_in server;
static uint8_t genesis[hash_size];
static unsigned slow_share;  // percent
static struct peer peers[capacity];
static unsigned wanted, active, under_way;  // peers in the first places of `peers`
static uint64_t nonces = 1, transactions;

static double pings[samples], handshakes[capacity * 2], deliveries[samples];
static size_t pings_measured, handshakes_measured, deliveries_measured;

// The transaction that is being announced.
static uint8_t announced[hash_size];
static bool is_announced;    // its hash is known
static double announced_at;  // when it was sent
static double last_knew_at;  // when the last peer so far learned it
static unsigned knowing, lost;
static const struct peer* source;  // it knows without being told

static double seconds(struct timespec at) { return (double)at.tv_sec + 1e-9 * (double)at.tv_nsec; }

/// The clock of the kernel's times of arrival.
static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_REALTIME, &at);
  return seconds(at);
}

static int check(long status, const char* what) {
  if (status >= 0) return (int)status;
  perror(what);
  exit(1);
}

static int compare(const void* one, const void* other) {
  const double a = *(const double*)one, b = *(const double*)other;
  return (a > b) - (a < b);
}

/// As part of a JSON object; milliseconds.
static void print_times(const char* name, double* times, size_t count) {
  qsort(times, count, sizeof *times, compare);
  const double p50 = count == 0 ? 0 : times[count / 2];
  const double p99 = count == 0 ? 0 : times[count - 1 - count / 100];
  const double max = count == 0 ? 0 : times[count - 1];
  printf("\"%s\": {\"count\": %zu, \"p50\": %.4f, \"p99\": %.4f, \"max\": %.4f}", name, count, 1e3 * p50, 1e3 * p99,
         1e3 * max);
}

static bool is_bystander(const struct peer* self) { return self < peers + bystanders; }

static void arm(const struct peer* self, int operation, uint32_t events) {
  struct epoll_event interest = {.events = events, .data.ptr = (void*)self};
  check(epoll_ctl(poller, operation, self->descriptor, &interest), "epoll_ctl");
}

static void hang_up(struct peer* self) {
  if (self->stage == closed) return;
  if (self->stage == up) --active;
  else --under_way;
  close(self->descriptor);
  self->stage = closed;
}

static void dial(struct peer* self) {
  const unsigned place = (unsigned)(self - peers);
  memset(self, 0, sizeof *self);
  self->slow = !is_bystander(self) && place % 100 < slow_share;
  self->descriptor = check(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), "socket");
  const int yes = 1, small = 2304;
  setsockopt(self->descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  setsockopt(self->descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &yes, sizeof yes);
  if (self->slow) setsockopt(self->descriptor, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  struct sockaddr_in own = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(0x7f010001 + (place / 250 << 8) + place % 250)};
  check(bind(self->descriptor, (struct sockaddr*)&own, sizeof own), "bind");
  const int status = connect(self->descriptor, (struct sockaddr*)&server, sizeof server);
  if (status < 0 && errno != EINPROGRESS) check(status, "connect");
  self->stage = connecting;
  self->begun = now();
  ++under_way;
  arm(self, EPOLL_CTL_ADD, EPOLLOUT);
}

static void connected(struct peer* self) {
  uint8_t hand[largest_handshake];
  // Slow readers want whole transactions, of which more comes than they read.
  const uint32_t capabilities = self->slow ? 87 : 95;
  const size_t size = put_handshake(hand, type_hand, capabilities, nonces++, genesis);
  if (send(self->descriptor, hand, size, MSG_NOSIGNAL) != (ssize_t)size) return hang_up(self);
  self->stage = shaking;
  arm(self, EPOLL_CTL_MOD, EPOLLIN);
}

static void send_ping(struct peer* self, enum frame_type type) {
  uint8_t frame[ping_size];
  put_ping(frame, type);
  if (type == type_ping && is_bystander(self) && self->ping_at == 0) self->ping_at = now();
  if (send(self->descriptor, frame, sizeof frame, MSG_NOSIGNAL) < 0 && errno != EAGAIN) hang_up(self);
}

static void learned(struct peer* self, const uint8_t* hash, double at) {
  if (announced_at == 0) return;
  if (!is_announced) memcpy(announced, hash, hash_size);
  is_announced = true;
  if (memcmp(hash, announced, hash_size) != 0 || memcmp(self->known, hash, hash_size) == 0) return;
  memcpy(self->known, hash, hash_size);
  ++knowing;
  if (deliveries_measured != samples) deliveries[deliveries_measured++] = at - announced_at;
  if (at > last_knew_at) last_knew_at = at;
}

static void on_frame(struct peer* self, double at) {
  switch (self->frame[2]) {
    case type_shake:
      self->stage = up;
      --under_way;
      ++active;
      if (handshakes_measured != capacity * 2) handshakes[handshakes_measured++] = at - self->begun;
      if (self->slow) arm(self, EPOLL_CTL_MOD, 0);
      return;
    case type_ping: return send_ping(self, type_pong);
    case type_pong:
      if (self->ping_at != 0 && pings_measured != samples) pings[pings_measured++] = at - self->ping_at;
      self->ping_at = 0;
      return;
    case type_transaction_kernel: return learned(self, self->frame + frame_header_size, at);
    default: return;
  }
}

/// Bytes that have arrived, in any pieces.
static void on_bytes(struct peer* self, const uint8_t* bytes, size_t size, double at) {
  while (size != 0 && self->stage != closed) {
    uint64_t part = (self->held < frame_header_size ? frame_header_size : self->frame_size) - self->held;
    if (part > size) part = size;
    for (uint64_t i = 0; i != part && self->held + i < kept; ++i) self->frame[self->held + i] = bytes[i];
    self->held += (uint32_t)part;
    bytes += part;
    size -= part;
    if (self->held == frame_header_size) self->frame_size = frame_header_size + number_at(self->frame + 3, 8);
    if (self->held < frame_header_size || self->held != self->frame_size) continue;
    self->held = 0;
    on_frame(self, at);
  }
}

/// Returns the kernel's time of arrival.
static double arrival(struct msghdr* message) {
  for (struct cmsghdr* each = CMSG_FIRSTHDR(message); each != NULL; each = CMSG_NXTHDR(message, each)) {
    if (each->cmsg_level != SOL_SOCKET || each->cmsg_type != SCM_TIMESTAMPNS) continue;
    struct timespec at;
    memcpy(&at, CMSG_DATA(each), sizeof at);
    return seconds(at);
  }
  return now();
}

static void on_readable(struct peer* self, size_t most) {
  static uint8_t block[65536];
  static char control[256];
  struct iovec into = {block, most};
  struct msghdr message = {.msg_iov = &into, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  const ssize_t count = recvmsg(self->descriptor, &message, 0);
  if (count < 0 && errno == EAGAIN) return;
  if (count <= 0) {
    ++lost;
    return hang_up(self);
  }
  on_bytes(self, block, (size_t)count, arrival(&message));
}

/// One after the other over an interval, in turns: calls `act` for each place whose time has come.
struct rounds {
  double interval, begun;
  uint64_t done;
};

static void go_round(struct rounds* on, unsigned places, void (*act)(struct peer*)) {
  if (places == 0) return;
  const double at = now();
  if (on->begun == 0) on->begun = at;
  const uint64_t due = (uint64_t)((at - on->begun) / on->interval * places);
  for (; on->done < due; ++on->done) {
    struct peer* const self = &peers[on->done % places];
    if (self->stage == up) act(self);
  }
}

static void ping(struct peer* self) {
  if (!is_bystander(self)) send_ping(self, type_ping);
}
static void ping_as_bystander(struct peer* self) {
  if (self->ping_at == 0) send_ping(self, type_ping);
}
static void read_a_little(struct peer* self) {
  if (self->slow) on_readable(self, 256);
}

/// Lets the peers live until the time has come, or until `done` says so.
static void live(double until, bool (*done)(void)) {
  static struct epoll_event events[64];
  static struct rounds all, few, slow;
  static unsigned places;
  if (places != wanted) {  // the rounds begin anew
    places = wanted;
    all = (struct rounds){ping_interval, 0, 0};
    few = (struct rounds){bystander_interval, 0, 0};
    slow = (struct rounds){slow_interval, 0, 0};
  }
  while (now() < until && !(done != NULL && done())) {
    go_round(&few, bystanders < wanted ? bystanders : wanted, ping_as_bystander);
    go_round(&all, wanted, ping);
    if (slow_share != 0) go_round(&slow, wanted, read_a_little);
    const int count = epoll_wait(poller, events, sizeof events / sizeof *events, 1);
    for (int i = 0; i < count; ++i) {
      struct peer* const self = events[i].data.ptr;
      if (self->stage == connecting) connected(self);
      else if (self->stage != closed) on_readable(self, 65536);
    }
  }
}

static bool dial_more(void) {
  if (active == wanted) return true;
  static unsigned place;
  for (unsigned tried = 0; tried != wanted && under_way < at_once && active + under_way < wanted; ++tried) {
    place = (place + 1) % wanted;
    if (peers[place].stage == closed) dial(&peers[place]);
  }
  return false;
}

static void open_until(unsigned count) {
  wanted = count;
  const double begun = now();
  live(begun + patience + patience_per_peer * count, dial_more);
  printf("\"peers\": %u, \"seconds\": %.3f, ", active, now() - begun);
}

static bool all_know(void) {
  unsigned readers = 0;
  for (unsigned i = 0; i < wanted; ++i) readers += peers[i].stage == up && !peers[i].slow && &peers[i] != source;
  return knowing >= readers;
}

/// Checked not at each event, since it takes O(peers).
static bool all_know_perhaps(void) {
  static unsigned knew;
  if (knowing == knew && knowing != 0) return all_know();
  knew = knowing;
  return false;
}

static const struct peer* first_up(void) {
  for (unsigned i = 0; i < wanted; ++i) {
    if (peers[i].stage == up && !peers[i].slow) return &peers[i];
  }
  return NULL;
}

/// A transaction of one output and one kernel, with nothing that a node without a chain could verify. Sent by the first
/// peer.
static void send_transaction(void) {
  enum {
    output_size = 1 + 33 + 8 + 675,
    kernel_size = 1 + 8 + 33 + 64,
    body_size = 32 + 24 + output_size + kernel_size
  };
  static uint8_t frame[frame_header_size + body_size];
  memset(frame, 0, sizeof frame);
  uint8_t* const body = put_frame_header(frame, type_transaction, body_size);
  put_number(body + 40, 1, 8);         // outputs
  put_number(body + 48, 1, 8);         // kernels
  put_number(body + 56 + 34, 675, 8);  // bytes of the range proof
  uint8_t* const kernel = body + 56 + output_size;
  put_number(kernel + 1, 1, 8);               // fee
  put_number(kernel + 9, ++transactions, 8);  // excess
  put_number(kernel + 9 + 8, (uint64_t)getpid(), 8);
  put_number(frame + sizeof frame - 8, transactions, 8);
  knowing = 0;
  is_announced = false;
  last_knew_at = 0;
  announced_at = now();
  source = first_up();
  if (source != NULL) check(send(source->descriptor, frame, sizeof frame, MSG_NOSIGNAL), "send");
}

static void announce(unsigned count, double interval) {
  double* const times = calloc(count, sizeof *times);
  if (times == NULL) exit(1);
  unsigned arrived = 0;
  for (unsigned i = 0; i != count; ++i) {
    send_transaction();
    const double begun = announced_at;
    live(begun + patience, all_know_perhaps);
    if (all_know()) times[arrived++] = last_knew_at - begun;
    live(begun + interval, NULL);
  }
  announced_at = 0;
  printf("\"sent\": %u, ", count);
  print_times("delivery", deliveries, deliveries_measured);
  printf(", ");
  print_times("last_knew", times, arrived);
  printf(", ");
  free(times);
}

static void leave(unsigned count) {
  for (unsigned i = bystanders; i < wanted && count != 0; ++i) {
    if (peers[i].stage != up) continue;
    hang_up(&peers[i]);
    --count;
  }
}

/// What has been due of something that happens `rate` times a second since `begun`.
static unsigned due_since(double begun, double rate) { return (unsigned)((now() - begun) * rate); }

static struct {
  double begun;
  unsigned rate;        // of peers that leave, a second
  unsigned sent, left;  // transactions and peers so far
} churning;

/// Lets those leave, come and send whose time it is.
static bool churn_more(void) {
  if (churning.sent <= due_since(churning.begun, 1)) {
    ++churning.sent;
    send_transaction();
  }
  for (const unsigned due = due_since(churning.begun, churning.rate); churning.left < due; ++churning.left) {
    struct peer* const self = &peers[bystanders + (unsigned)rand() % (wanted - bystanders)];
    if (self->stage == up) hang_up(self);
  }
  dial_more();
  return false;
}

static void churn(double duration, unsigned rate) {
  churning.begun = now();
  churning.rate = rate;
  churning.sent = churning.left = 0;
  live(churning.begun + duration, churn_more);
  announced_at = 0;
  printf("\"sent\": %u, \"left\": %u, ", churning.sent, churning.left);
  print_times("delivery", deliveries, deliveries_measured);
  printf(", ");
}

static void carry_out(const char* line) {
  unsigned count = 0, pause = 0;
  double duration = 0;
  pings_measured = handshakes_measured = deliveries_measured = 0;
  lost = 0;
  printf("{");
  if (sscanf(line, "open %u", &count) == 1) open_until(count < capacity ? count : capacity);
  else if (sscanf(line, "watch %lf", &duration) == 1) live(now() + duration, NULL);
  else if (sscanf(line, "announce %u %u", &count, &pause) == 2) announce(count, 1e-3 * pause);
  else if (sscanf(line, "churn %lf %u", &duration, &count) == 2 && wanted > bystanders) churn(duration, count);
  else if (sscanf(line, "storm %u", &count) == 1) {
    leave(count);
    open_until(wanted);
  } else if (sscanf(line, "close %u", &count) == 1) {
    leave(count);
    live(now() + 2, NULL);
  } else printf("\"error\": \"no such command\", ");
  printf("\"active\": %u, \"lost\": %u, ", active, lost);
  print_times("handshake", handshakes, handshakes_measured);
  printf(", ");
  print_times("ping", pings, pings_measured);
  printf("}\n");
  fflush(stdout);
}

int main(int argc, char** argv) {
  if (argc != 4 || strlen(argv[2]) != 2 * hash_size) {
    fputs("usage: scale_load PORT GENESIS PERCENT: percent of the peers read slowly\n", stderr);
    return 2;
  }
  server = (struct sockaddr_in){
      .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  for (size_t i = 0; i != hash_size; ++i) sscanf(argv[2] + 2 * i, "%2hhx", &genesis[i]);
  slow_share = (unsigned)atoi(argv[3]);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  poller = check(epoll_create1(0), "epoll_create1");
  char line[128];
  while (fgets(line, sizeof line, stdin) != NULL) carry_out(line);
}
