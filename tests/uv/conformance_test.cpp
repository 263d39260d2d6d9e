// The libuv backend passes the conformance suite, over the loopback interface.
#include <pappus/uv/loop.hpp>

class backend {
public:
  [[nodiscard]] pappus::io::runtime& client() noexcept { return loop_; }
  [[nodiscard]] pappus::io::runtime& server() noexcept { return loop_; }
  [[nodiscard]] static pappus::io::endpoint anywhere() noexcept { return {pappus::io::ipv4_address{0x7f000001}, 0}; }

  template <class T>
  T run(pappus::task<T> main) {
    return loop_.run(std::move(main));
  }

private:
  pappus::uv::loop loop_;
};

#include "../io/conformance/allocations.hpp"
#include "../io/conformance/deadlines.hpp"
#include "../io/conformance/endings.hpp"
#include "../io/conformance/endpoints.hpp"
#include "../io/conformance/lines.hpp"
#include "../io/conformance/stopping.hpp"
#include "../io/conformance/streams.hpp"
#include "../io/conformance/timeouts.hpp"
#include "../io/conformance/timers.hpp"
