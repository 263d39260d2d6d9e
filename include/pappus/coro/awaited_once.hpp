// What is awaited once, and in which form. The misuse of it is a compile error that states the reason.
#pragma once

#include <type_traits>

namespace pappus::coro {

/// What is awaited once, as an rvalue; it has a member type `awaited_once`. (An operation that is its own awaiter is
/// awaited once, too, but g++ 12 can await one that has a name only as an lvalue.)
template <class Awaitable>
concept awaited_once = requires {
  typename std::remove_cvref_t<Awaitable>::awaited_once;
};

/// For a `static_assert` that fails when the template that contains it is used.
template <class>
inline constexpr bool never = false;

}  // namespace pappus::coro
