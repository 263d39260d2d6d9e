// The entry point of every test program.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#define DOCTEST_CONFIG_IMPLEMENT  // which follows, unless the header has been read before, precompiled
#include <doctest/doctest.h>
