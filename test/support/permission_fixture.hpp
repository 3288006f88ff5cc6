#pragma once

#include "fd_census.hpp"
#include "forked.hpp"
#include "printing.hpp"
#include "temp_directory.hpp"
#include <fanio/basic_fanotify_handle.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <thread>

namespace test {

/// Whoever gets no answer is denied.
inline constexpr fanio::group_options fail_closed{.flags = fanio::init_flags::class_content,
                                                  .default_verdict = fanio::verdict::deny};

/// A fixture of tests that keep somebody waiting: a watchdog around all, one file that nobody else
/// knows of, and a group that asks for its opening.
struct permission_fixture
{
  /// Opens a permission group that asks whenever `file` is opened.
  fanio::fanotify_handle guard(const fanio::group_options& options = {
                                   .flags = fanio::init_flags::class_content})
  {
    fanio::fanotify_handle group(context, options);
    group.add_mark(file, fanio::event_mask::open_perm);
    return group;
  }

  /// Returns when so many events are queued; fails at the deadline.
  static void await_queued(const fanio::fanotify_handle& group, std::size_t events)
  {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (group.queued() < events)
    {
      BOOST_REQUIRE(std::chrono::steady_clock::now() < end);
      std::this_thread::yield();
    }
  }

  /// The one request that a read brings.
  fanio::event_view next(fanio::fanotify_handle& group)
  {
    const auto events = group.read_events(buffer);
    BOOST_REQUIRE(events.size() == 1);
    return events.front();
  }

  watchdog dog;
  fd_census census;
  temp_directory directory;
  std::filesystem::path file = directory.write("guarded");
  boost::asio::io_context context;
  fanio::event_buffer buffer;
};

} // namespace test
