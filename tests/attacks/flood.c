// Opens many connections to a node from many addresses of 127.0.0.0/8, each of which sends given bytes, with epoll.
// Prints a line of JSON when it has ended: after so many seconds or connections, or at SIGTERM.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { max_descriptors = 1 << 20, max_hand = 1024, opened_at_once = 256, nonce_at = 19, port_at = 40 };
enum ending { hold, close_in_order, reset };

static struct {
  struct sockaddr_in target;
  uint32_t first_source;  // host byte order
  long sources;           // addresses, used by turns
  long spread;            // from one to the next
  long connections;       // open at once
  long total;             // opened in all; 0: no limit
  double rate;            // opened a second; 0: no limit
  double seconds;
  long once;           // leading bytes of the payload that are sent once: a Hand, whose nonce and port are set
  long repeat;         // times that the others are sent; 0: without end
  double pace;         // bytes a second of a connection; 0: no limit
  bool unread;         // nothing is read
  int receive_buffer;  // bytes; 0: that of the system
  enum ending ending;  // of a connection that has sent all
  uint8_t* payload;
  long payload_size;
} option = {.sources = 1, .spread = 1, .connections = 1, .seconds = 10, .repeat = 1};

static struct {
  long opened, failed, refused, ended, finished;
  long long sent, received;
} count;

// A connection, at the index of its descriptor.
static struct connection {
  bool open, connected, finished, waits_to_write;
  long long sent;
  double since;
  uint16_t port;
  uint64_t nonce;
} * connections;

static int poller;
static long open_now;
static int highest;
static volatile sig_atomic_t stopped;

static void stop(int number) {
  (void)number;
  stopped = 1;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void close_connection(int descriptor) {
  close(descriptor);
  connections[descriptor].open = false;
  --open_now;
}

static void watch(int descriptor, bool to_write, int operation) {
  struct epoll_event event = {.data.fd = descriptor, .events = EPOLLRDHUP};
  if (!option.unread) event.events |= EPOLLIN;
  if (to_write) event.events |= EPOLLOUT;
  connections[descriptor].waits_to_write = to_write;
  epoll_ctl(poller, operation, descriptor, &event);
}

// False if there is no room for another connection now.
static bool open_connection(void) {
  int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return false;
  int yes = 1;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (option.receive_buffer) {
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &option.receive_buffer, sizeof option.receive_buffer);
  }
  long source = count.opened % option.sources;
  struct sockaddr_in from = {.sin_family = AF_INET};
  from.sin_addr.s_addr = htonl(option.first_source + (uint32_t)(source * option.spread));
  ++count.opened;
  struct sockaddr* target = (struct sockaddr*)&option.target;
  if (bind(descriptor, (struct sockaddr*)&from, sizeof from) < 0 ||
      (connect(descriptor, target, sizeof option.target) < 0 && errno != EINPROGRESS)) {
    ++count.failed;
    close(descriptor);
    return true;
  }
  connections[descriptor] = (struct connection){.open = true,
                                                .since = now(),
                                                .port = (uint16_t)(1024 + count.opened % 60000),
                                                .nonce = (uint64_t)count.opened << 20 | (uint64_t)getpid()};
  ++open_now;
  if (descriptor > highest) highest = descriptor;
  watch(descriptor, true, EPOLL_CTL_ADD);
  return true;
}

static long long bytes_in_all(void) {
  if (!option.repeat) return INT64_MAX;
  return option.once + option.repeat * (long long)(option.payload_size - option.once);
}

// The bytes that a connection sends next.
static const uint8_t* next_bytes(const struct connection* each, long* size) {
  static uint8_t hand[max_hand];
  if (each->sent < option.once) {
    memcpy(hand, option.payload, (size_t)option.once);
    memcpy(hand + nonce_at, &each->nonce, sizeof each->nonce);
    hand[port_at] = (uint8_t)(each->port >> 8);
    hand[port_at + 1] = (uint8_t)each->port;
    *size = option.once - (long)each->sent;
    return hand + each->sent;
  }
  long rest = option.payload_size - option.once;
  long at = (long)((each->sent - option.once) % rest);
  *size = rest - at;
  return option.payload + option.once + at;
}

static void finish(int descriptor) {
  connections[descriptor].finished = true;
  ++count.finished;
  if (option.ending == reset) {
    struct linger none = {.l_onoff = 1};
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &none, sizeof none);
  }
  if (option.ending == hold) {
    watch(descriptor, false, EPOLL_CTL_MOD);
  } else {
    close_connection(descriptor);
  }
}

static void send_more(int descriptor) {
  struct connection* each = &connections[descriptor];
  long long all = bytes_in_all();
  for (int turn = 0; turn < 64 && each->sent < all; ++turn) {
    long size;
    const uint8_t* bytes = next_bytes(each, &size);
    if (size > all - each->sent) size = (long)(all - each->sent);
    if (option.pace > 0) {
      long long due = (long long)((now() - each->since) * option.pace) + 1 - each->sent;
      if (due <= 0) break;
      if (size > due) size = (long)due;
    }
    ssize_t sent = send(descriptor, bytes, (size_t)size, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EAGAIN) break;
      ++count.ended;
      close_connection(descriptor);
      return;
    }
    each->sent += sent;
    count.sent += sent;
  }
  if (each->sent >= all) {
    if (!each->finished) finish(descriptor);
  } else if (option.pace > 0 && each->waits_to_write) {
    watch(descriptor, false, EPOLL_CTL_MOD);
  }
}

// False if the node has closed the connection.
static bool receive(int descriptor) {
  static uint8_t bytes[1 << 16];
  ssize_t received = recv(descriptor, bytes, sizeof bytes, 0);
  if (received > 0) count.received += received;
  return received > 0 || (received < 0 && errno == EAGAIN);
}

static void handle(const struct epoll_event* event) {
  int descriptor = event->data.fd;
  struct connection* each = &connections[descriptor];
  if (!each->open) return;
  bool read = !(event->events & EPOLLIN) || receive(descriptor);
  if (!read || event->events & (EPOLLERR | EPOLLHUP) || (option.unread && event->events & EPOLLRDHUP)) {
    ++*(each->connected ? &count.ended : &count.refused);
    close_connection(descriptor);
    return;
  }
  if (event->events & EPOLLOUT) {
    each->connected = true;
    send_more(descriptor);
  }
}

static void run(void) {
  double begun = now(), next_pace = begun;
  while (!stopped && now() - begun < option.seconds) {
    double time = now();
    for (int turn = 0; turn < opened_at_once && open_now < option.connections; ++turn) {
      if (option.total && count.opened >= option.total) break;
      if (option.rate > 0 && (double)count.opened >= option.rate * (time - begun)) break;
      if (!open_connection()) break;
    }
    if (option.total && count.opened >= option.total && !open_now) break;
    struct epoll_event events[512];
    int found = epoll_wait(poller, events, 512, option.rate > 0 || option.pace > 0 ? 2 : 10);
    for (int i = 0; i < found; ++i) handle(&events[i]);
    if (option.pace > 0 && time >= next_pace) {
      next_pace = time + 0.02;
      for (int each = 0; each <= highest; ++each) {
        if (connections[each].open && connections[each].connected && !connections[each].finished) send_more(each);
      }
    }
  }
  printf(
      "{\"opened\": %ld, \"failed\": %ld, \"refused\": %ld, \"ended\": %ld, \"finished\": %ld, \"open\": %ld, "
      "\"sent\": %lld, \"received\": %lld, \"seconds\": %.3f}\n",
      count.opened, count.failed, count.refused, count.ended, count.finished, open_now, count.sent, count.received,
      now() - begun);
}

static void fail(const char* what) {
  fprintf(stderr, "flood: %s\n", what);
  exit(2);
}

static void read_payload(const char* path) {
  FILE* file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END)) fail("the payload cannot be read");
  option.payload_size = ftell(file);
  rewind(file);
  option.payload = malloc((size_t)option.payload_size + 1);
  if (!option.payload || fread(option.payload, 1, (size_t)option.payload_size, file) != (size_t)option.payload_size) {
    fail("the payload cannot be read");
  }
  fclose(file);
}

static void read_target(char* text) {
  char* colon = strrchr(text, ':');
  if (!colon) fail("--target is not IP:PORT");
  *colon = '\0';
  option.target.sin_family = AF_INET;
  option.target.sin_port = htons((uint16_t)atoi(colon + 1));
  if (inet_pton(AF_INET, text, &option.target.sin_addr) != 1) fail("--target is not IP:PORT");
}

static void read_options(int count_of_words, char** words) {
  static const struct option known[] = {{"target", required_argument, 0, 't'},
                                        {"from", required_argument, 0, 'f'},
                                        {"sources", required_argument, 0, 's'},
                                        {"spread", required_argument, 0, 'd'},
                                        {"connections", required_argument, 0, 'c'},
                                        {"total", required_argument, 0, 'n'},
                                        {"rate", required_argument, 0, 'r'},
                                        {"seconds", required_argument, 0, 'e'},
                                        {"payload", required_argument, 0, 'p'},
                                        {"once", required_argument, 0, 'o'},
                                        {"repeat", required_argument, 0, 'x'},
                                        {"pace", required_argument, 0, 'a'},
                                        {"receive-buffer", required_argument, 0, 'b'},
                                        {"unread", no_argument, 0, 'u'},
                                        {"close", no_argument, 0, 'l'},
                                        {"reset", no_argument, 0, 'z'},
                                        {0, 0, 0, 0}};
  int letter;
  while ((letter = getopt_long(count_of_words, words, "", known, 0)) != -1) {
    switch (letter) {
      case 't': read_target(optarg); break;
      case 'f': option.first_source = ntohl(inet_addr(optarg)); break;
      case 's': option.sources = atol(optarg); break;
      case 'd': option.spread = atol(optarg); break;
      case 'c': option.connections = atol(optarg); break;
      case 'n': option.total = atol(optarg); break;
      case 'r': option.rate = atof(optarg); break;
      case 'e': option.seconds = atof(optarg); break;
      case 'p': read_payload(optarg); break;
      case 'o': option.once = atol(optarg); break;
      case 'x': option.repeat = atol(optarg); break;
      case 'a': option.pace = atof(optarg); break;
      case 'b': option.receive_buffer = atoi(optarg); break;
      case 'u': option.unread = true; break;
      case 'l': option.ending = close_in_order; break;
      case 'z': option.ending = reset; break;
      default: exit(2);
    }
  }
  if (option.once > max_hand || option.once > option.payload_size) fail("--once is too large");
  if (option.payload_size == option.once) option.repeat = 1;
}

int main(int count_of_words, char** words) {
  read_options(count_of_words, words);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  connections = calloc(max_descriptors, sizeof *connections);
  poller = epoll_create1(EPOLL_CLOEXEC);
  if (!connections || poller < 0) fail("no memory");
  signal(SIGTERM, stop);
  run();
  return 0;
}
