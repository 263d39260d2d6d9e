// The shapes that awaited_temporaries.query must find, and some that it must not.
#include <string>
#include <utility>

#include <pappus/coro/task.hpp>

namespace {

struct aggregate {
  std::string text;
  int number = 0;
};

class with_constructor {
public:
  explicit with_constructor(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
  std::string text_;
};

struct numbers {
  int first;
  int second;
};

pappus::task<void> take(aggregate) { co_return; }
pappus::task<void> take_reference(const aggregate&) { co_return; }
pappus::task<void> take_constructed(with_constructor) { co_return; }
pappus::task<void> take_numbers(numbers) { co_return; }
template <class Function>
pappus::task<void> call(Function function) {
  function();
  co_return;
}
template <class Function>
pappus::task<void> pass_on(Function&& function) {
  return call(std::forward<Function>(function));
}
aggregate make() { return {"made", 1}; }

}  // namespace

pappus::task<void> await_wrong() {
  const std::string text = "text";
  co_await take(aggregate{"one", 1});
  co_await take({"two", 2});
  co_await take({.text = "three", .number = 3});
  co_await take({});
  co_await take_reference(aggregate{"five", 5});
  co_await take_reference({"six", 6});
  co_await call([text] { return text.size(); });
  co_await pass_on([own = text] { return own.size(); });
}

pappus::task<void> await_right() {
  const std::string text = "text";
  aggregate named{"one", 1};
  co_await take(std::move(named));
  co_await take(make());
  co_await take_constructed(with_constructor{"two"});
  co_await take_numbers({1, 2});
  co_await call([&text] { return text.size(); });
  auto function = [text] { return text.size(); };
  co_await call(std::move(function));
}
