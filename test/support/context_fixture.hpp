#pragma once

#include "fd_census.hpp"
#include "forked.hpp"
#include "printing.hpp"
#include "temp_directory.hpp"
#include <fanio/basic_fanotify_handle.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace test {

namespace asio = boost::asio;

/// A fixture of asynchronous tests: a context that must have run dry at the end, a directory, and
/// a census of descriptors around both.
struct context_fixture
{
  context_fixture() = default;

  context_fixture(const context_fixture&) = delete;
  context_fixture& operator=(const context_fixture&) = delete;

  ~context_fixture()
  {
    context.restart();
    BOOST_CHECK_MESSAGE(context.poll() == 0, "handlers were left in the context");
    BOOST_CHECK_MESSAGE(context.stopped(), "work was left in the context");
  }

  /// Runs until nothing is left to do; fails at the deadline.
  void run()
  {
    context.restart();
    context.run_for(deadline);
    BOOST_REQUIRE_MESSAGE(context.stopped(), "the context still has work at the deadline");
  }

  /// Runs until `done`.
  template <typename Predicate>
  void run_until(Predicate done)
  {
    context.restart();
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!done())
    {
      BOOST_REQUIRE_MESSAGE(context.run_one_until(end) == 1, "nothing happened until the deadline");
    }
  }

  /// A group that any user may have, on this directory: names of what is created and deleted.
  fanio::fanotify_handle watch_directory()
  {
    fanio::fanotify_handle group(context, {.flags = fanio::init_flags::report_dfid_name});
    group.add_mark(directory.path(), fanio::event_mask::create | fanio::event_mask::delete_);
    return group;
  }

  fd_census census;
  temp_directory directory;
  asio::io_context context;
};

/// A handler that must be called exactly once: not twice, and not dropped.
class once
{
public:
  explicit once(const char* what = "handler") : what_(what) {}

  once(once&& other) noexcept
      : what_(other.what_),
        called_(other.called_),
        armed_(std::exchange(other.armed_, false))
  {}

  once& operator=(once&&) = delete;

  ~once() { BOOST_CHECK_MESSAGE(!armed_ || called_, what_ << " was dropped without being called"); }

  void operator()()
  {
    BOOST_CHECK_MESSAGE(!called_, what_ << " was called twice");
    called_ = true;
  }

private:
  const char* what_;
  bool called_ = false;
  bool armed_ = true;
};

/// A fixture of tests that read: a group that watches the directory, and what makes events in it.
struct watching_fixture : context_fixture
{
  /// New ones: one event each.
  void write_files(int count)
  {
    for (int i = 0; i < count; ++i)
    {
      directory.write("f" + std::to_string(written++));
    }
  }

  /// A handler of a read that is to be cancelled, and to bring nothing.
  static auto expect_abort()
  {
    return [call = once()](fanio::error_code ec, fanio::event_range events) mutable
    {
      call();
      BOOST_TEST(ec == asio::error::operation_aborted);
      BOOST_TEST(events.empty());
    };
  }

  int written = 0;
  fanio::fanotify_handle group = watch_directory();
};

} // namespace test
