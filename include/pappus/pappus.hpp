// The whole library in one include: a node, the real network to run it on, and what both are made of.
#pragma once

#include <pappus/coro/channel.hpp>
#include <pappus/coro/event.hpp>
#include <pappus/coro/promised.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/coro/when_all.hpp>
#include <pappus/coro/when_any.hpp>
#include <pappus/coro/yield.hpp>
#include <pappus/error.hpp>
#include <pappus/io/backoff.hpp>
#include <pappus/io/network.hpp>
#include <pappus/io/offload.hpp>
#include <pappus/io/random.hpp>
#include <pappus/io/rate.hpp>
#include <pappus/io/reconnect.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/node.hpp>
#include <pappus/result.hpp>
#include <pappus/uv/file.hpp>
#include <pappus/uv/loop.hpp>
#include <pappus/uv/signals.hpp>
#include <pappus/uv/stdio.hpp>
#include <pappus/uv/wakeup.hpp>
#include <pappus/version.hpp>
