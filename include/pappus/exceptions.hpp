// try and catch in headers that programs compile with -fno-exceptions, too.
#pragma once

// PAPPUS_EXCEPTIONS_TRY { ... } PAPPUS_EXCEPTIONS_CATCH { ... } is `try { ... } catch (...) { ... }` or, where the
// compiler has no exceptions, the first block alone. A program without exceptions uses the library as it is built: an
// exception of the library, for example of an allocation, must not reach such a program's code, which cannot be
// unwound.
#ifdef __cpp_exceptions
#define PAPPUS_EXCEPTIONS_TRY try
#define PAPPUS_EXCEPTIONS_CATCH catch (...)
#else
#define PAPPUS_EXCEPTIONS_TRY if constexpr (true)
#define PAPPUS_EXCEPTIONS_CATCH else
#endif
