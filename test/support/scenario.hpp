#pragma once

#include "context_fixture.hpp"
#include "forked.hpp"
#include "mounts.hpp"
#include "requires.hpp"
#include <fanio/event.hpp>

#include <boost/asio/error.hpp>

#include <cstdlib>
#include <deque>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

#include <poll.h>

namespace test {

using fanio::error_code;
using fanio::event;
using fanio::event_buffer;
using fanio::event_mask;
using fanio::event_range;
using fanio::event_view;
using fanio::fanotify_handle;
using fanio::group_options;
using fanio::init_flags;
using fanio::mark_flags;
using fanio::mark_target;
using fanio::response;

/// Whether this run reads with `read_events` or with `async_read_events`: CTest runs every row of
/// the conformance tests with both.
inline bool reads_asynchronously()
{
  const char* const reading = std::getenv("FANIO_TEST_READING");
  return reading == nullptr || std::string_view(reading) != "read_events";
}

inline constexpr std::initializer_list<mark_target> file_targets{
    mark_target::inode, mark_target::mount, mark_target::filesystem};

/// The masks of all events in one: for what the kernel may or may not have merged.
inline event_mask merged(const std::vector<event>& events)
{
  event_mask all{};
  for (const auto& e : events)
  {
    all |= e.mask();
  }
  return all;
}

inline std::vector<event_mask> masks(const std::vector<event>& events)
{
  std::vector<event_mask> result;
  for (const auto& e : events)
  {
    result.push_back(e.mask());
  }
  return result;
}

/// A fixture of groups that are read in the way this run is about. Needs no privilege.
struct reading_fixture : context_fixture
{
  reading_fixture() { buffer.emplace(buffer_bytes); }

  /// A group that does not wait when there is nothing to read.
  fanotify_handle open(init_flags flags) { return open(group_options{.flags = flags}); }

  fanotify_handle open(const group_options& options)
  {
    fanotify_handle group(context, options);
    group.non_blocking(true);
    return group;
  }

  /// One read. There must be something to read: an asynchronous one would wait.
  std::vector<event> read(fanotify_handle& group)
  {
    error_code ec;
    auto events = read(group, ec);
    BOOST_REQUIRE_MESSAGE(!ec, "reading: " << ec.message());
    return events;
  }

  std::vector<event> read(fanotify_handle& group, error_code& ec)
  {
    return reads_asynchronously() ? read_later(group, ec) : take(group.read_events(*buffer, ec));
  }

  /// All that is queued, by as many reads as it takes.
  std::vector<event> drain(fanotify_handle& group)
  {
    std::vector<event> all;
    while (group.queued() != 0)
    {
      for (auto& e : read(group))
      {
        all.push_back(std::move(e));
      }
    }
    return all;
  }

  /// At least so many events, which other processes will have caused.
  std::vector<event> await(fanotify_handle& group, std::size_t count = 1)
  {
    std::vector<event> all;
    group.non_blocking(false);
    while (all.size() < count)
    {
      for (auto& e : read(group))
      {
        all.push_back(std::move(e));
      }
    }
    group.non_blocking(true);
    return all;
  }

  /// Answers what is asked until the process has ended; returns all events, answered.
  template <typename Decide>
  std::vector<event> serve(fanotify_handle& group, forked& process, Decide&& decide)
  {
    std::vector<event> all;
    while (!process.has_ended() || group.queued() != 0)
    {
      await_either(group, process);
      for (auto& e : drain(group))
      {
        if (e.needs_response())
        {
          group.respond(e, decide(std::as_const(e)));
        }
        all.push_back(std::move(e));
      }
    }
    return all;
  }

  static constexpr std::size_t buffer_bytes = 64 * 1024;

  std::optional<event_buffer> buffer;

private:
  static std::vector<event> take(event_range events)
  {
    std::vector<event> all;
    for (const event_view e : events)
    {
      all.push_back(e.take());
    }
    return all;
  }

  std::vector<event> read_later(fanotify_handle& group, error_code& ec)
  {
    std::vector<event> all;
    bool done = false;
    group.async_read_events(
        *buffer,
        [&, called = once("the handler of a read")](error_code result, event_range events) mutable
        {
          called();
          done = true;
          ec = result;
          all = take(events);
        });
    run_until([&] { return done; });
    return all;
  }

  static void await_either(fanotify_handle& group, forked& process)
  {
    pollfd either[] = {{.fd = group.native_handle(), .events = POLLIN, .revents = 0},
                       {.fd = process.pidfd(), .events = POLLIN, .revents = 0}};
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(deadline).count();
    BOOST_REQUIRE_MESSAGE(::poll(either, 2, static_cast<int>(ms)) > 0,
                          "neither an event nor the end of the process until the deadline");
  }
};

/// A fixture of what the kernel promises: that of reading, mounts of its own, and a watchdog.
struct scenario : reading_fixture
{
  struct private_mounts
  {
    private_mounts() { enter_private_mounts(); }
  };

  private_mounts mounts;
  watchdog dog;
};

} // namespace test
