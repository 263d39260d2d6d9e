// A question that the host answers, in whichever of two ways suits it.
#pragma once

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

#include <pappus/peer/reply.hpp>

namespace pappus::peer {

template <class Signature>
class host_question;

/// Holds a function that returns the answer, or one that takes a `reply` behind the other parameters and returns
/// nothing. Either is called on the loop, and must not wait. The parameters last until it returns.
template <class Answer, class... Args>
class host_question<Answer(Args...)> {
public:
  using immediate = std::function<Answer(Args...)>;
  using eventual = std::function<void(Args..., reply<Answer>)>;

  host_question() = default;

  template <class Function>
  requires(!std::same_as<std::remove_cvref_t<Function>, host_question> &&
           std::is_invocable_r_v<Answer, Function&, Args...>) host_question(Function answer)
      : at_once_(std::move(answer)) {}

  template <class Function>
  requires(!std::is_invocable_r_v<Answer, Function&, Args...> && std::is_invocable_v<Function&, Args..., reply<Answer>>)
      host_question(Function answer)
      : later_(std::move(answer)) {}

  [[nodiscard]] explicit operator bool() const noexcept { return at_once_ || later_; }
  [[nodiscard]] bool is_immediate() const noexcept { return static_cast<bool>(at_once_); }

  /// The answer, if it `is_immediate`.
  Answer operator()(Args... asked) const { return at_once_(std::forward<Args>(asked)...); }

  /// For the others.
  void operator()(Args... asked, reply<Answer> to) const { later_(std::forward<Args>(asked)..., std::move(to)); }

private:
  immediate at_once_;
  eventual later_;
};

}  // namespace pappus::peer
