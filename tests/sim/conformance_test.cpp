// The simulation passes the conformance suite.
#include <pappus/sim/world.hpp>

/// Two machines with a link of the default kind between them.
class backend {
public:
  [[nodiscard]] pappus::io::runtime& client() noexcept { return client_; }
  [[nodiscard]] pappus::io::runtime& server() noexcept { return server_; }
  [[nodiscard]] pappus::io::endpoint anywhere() const noexcept { return {server_.address(), 0}; }

  template <class T>
  T run(pappus::task<T> main) {
    return world_.run(std::move(main));
  }

private:
  pappus::sim::world world_{2024};
  pappus::sim::machine& client_{world_.add_machine()};
  pappus::sim::machine& server_{world_.add_machine()};
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
