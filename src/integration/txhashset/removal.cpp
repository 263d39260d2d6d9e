#include "removal.hpp"

#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

namespace pappus::integration {
namespace {

class removal final : public io::work {
public:
  explicit removal(std::string path) noexcept : path_(std::move(path)) {}
  void run() noexcept override {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  void on_complete() noexcept override {}

private:
  std::string path_;
};

}  // namespace

void remove_soon(io::runtime& runtime, std::string path) { runtime.submit(std::make_unique<removal>(std::move(path))); }

}  // namespace pappus::integration
