// A SOCKS5 proxy on threads of its own, so that what it costs is not measured. POSIX.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace benchmarks {

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in made{};
  made.sin_family = AF_INET;
  made.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  made.sin_port = htons(port);
  return made;
}

inline void send_all(int to, const void* bytes, std::size_t size) {
  const auto* left = static_cast<const char*>(bytes);
  while (size != 0) {
    const ssize_t sent = ::send(to, left, size, MSG_NOSIGNAL);
    if (sent <= 0) throw std::runtime_error("a send has failed");
    left += sent;
    size -= static_cast<std::size_t>(sent);
  }
}

inline void receive_all(int from, void* into, std::size_t size) {
  if (::recv(from, into, size, MSG_WAITALL) != static_cast<ssize_t>(size)) throw std::runtime_error("a receive failed");
}

/// A blocking connection without delays.
inline int connect_to(std::uint16_t port) {
  const int made = ::socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in where = loopback(port);
  if (::connect(made, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) {
    throw std::runtime_error("cannot connect");
  }
  const int on = 1;
  ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return made;
}

/// The same through a SOCKS5 proxy.
inline int connect_through(std::uint16_t proxy, std::uint16_t port) {
  const int made = connect_to(proxy);
  std::array<std::uint8_t, 10> reply{};
  send_all(made, "\5\1\0", 3);
  receive_all(made, reply.data(), 2);
  const std::array<std::uint8_t, 10> request{
      5, 1, 0, 1, 127, 0, 0, 1, static_cast<std::uint8_t>(port >> 8), static_cast<std::uint8_t>(port & 0xff)};
  send_all(made, request.data(), request.size());
  receive_all(made, reply.data(), reply.size());
  if (reply[1] != 0) throw std::runtime_error("the proxy has refused");
  return made;
}

/// Accepts connections until it is destroyed, without passwords and by IPv4 addresses alone. Its connections have ended
/// before.
class relay_proxy {
public:
  relay_proxy() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in where = loopback(0);
    socklen_t size = sizeof where;
    const bool listens = ::bind(listener_, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0 &&
                         ::listen(listener_, 16) == 0 &&
                         ::getsockname(listener_, reinterpret_cast<sockaddr*>(&where), &size) == 0;
    if (!listens) throw std::runtime_error("the proxy cannot listen");
    port_ = ntohs(where.sin_port);
    accepting_ = std::thread{[listener = listener_] {
      for (;;) {
        const int accepted = ::accept(listener, nullptr, nullptr);
        if (accepted < 0) return;
        std::thread{serve, accepted}.detach();
      }
    }};
  }
  relay_proxy(const relay_proxy&) = delete;
  relay_proxy& operator=(const relay_proxy&) = delete;
  ~relay_proxy() {
    ::shutdown(listener_, SHUT_RDWR);
    accepting_.join();
    ::close(listener_);
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

private:
  static void serve(int client) {
    const int on = 1;
    ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::array<std::uint8_t, 256> bytes{};
    receive_all(client, bytes.data(), 2);
    receive_all(client, bytes.data(), bytes[1]);
    send_all(client, "\5\0", 2);
    receive_all(client, bytes.data(), 10);
    const int server = connect_to(static_cast<std::uint16_t>(bytes[8] << 8 | bytes[9]));
    send_all(client, "\5\0\0\1\0\0\0\0\0\0", 10);
    relay(client, server);
    ::close(client);
    ::close(server);
  }

  /// Until one side has ended.
  static void relay(int one, int other) {
    std::array<char, 65536> bytes;
    std::array<pollfd, 2> both{pollfd{one, POLLIN, 0}, pollfd{other, POLLIN, 0}};
    for (;;) {
      ::poll(both.data(), both.size(), -1);
      for (const auto& [from, to] : {std::pair{0, 1}, std::pair{1, 0}}) {
        if (both[static_cast<std::size_t>(from)].revents == 0) continue;
        const ssize_t got = ::recv(both[static_cast<std::size_t>(from)].fd, bytes.data(), bytes.size(), 0);
        if (got <= 0) return;
        try {
          send_all(both[static_cast<std::size_t>(to)].fd, bytes.data(), static_cast<std::size_t>(got));
        } catch (const std::runtime_error&) {
          return;
        }
      }
    }
  }

  int listener_;
  std::uint16_t port_ = 0;
  std::thread accepting_;
};

}  // namespace benchmarks
