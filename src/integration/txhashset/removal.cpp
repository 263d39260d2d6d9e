#include "removal.hpp"

#include <cstdio>
#include <utility>

#include "submit_work.hpp"

namespace pappus::integration {
namespace {

class removal final : public io::work {
public:
  explicit removal(std::string path) noexcept : path_(std::move(path)) {}
  void run() noexcept override { static_cast<void>(std::remove(path_.c_str())); }  // which takes no memory
  void on_complete() noexcept override {}

private:
  std::string path_;
};

}  // namespace

void remove_soon(io::runtime& runtime, const std::string& path) noexcept {
  if (submit_work<removal>(runtime, path) == nullptr) static_cast<void>(std::remove(path.c_str()));
}

}  // namespace pappus::integration
