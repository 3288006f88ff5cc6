// Reading a group.

#include "expect.hpp"
#include "needs.hpp"

#include <boost/asio/error.hpp>

#include <array>
#include <cstddef>

#include <fcntl.h>
#include <poll.h>

namespace fanio::tool {

namespace {

/// A group that tells what is made in the directory.
fanotify_handle group_on(trial& here)
{
  auto group = here.open(init_flags::report_dfid_name);
  group.add_mark(here.directory(), event_mask::create);
  return group;
}

void the_group_is_closed_by_exec(trial& here)
{
  const auto group = here.open(init_flags::report_fid);
  expect(::fcntl(group.native_handle(), F_GETFD) == FD_CLOEXEC, "it has no FD_CLOEXEC");
}

void an_empty_queue_blocks_nobody(trial& here)
{
  auto group = here.open(init_flags::report_fid);
  group.non_blocking(true);
  event_buffer buffer;
  error_code ec;
  static_cast<void>(group.read_events(buffer, ec));
  expect(ec == asio::error::would_block, "reading gave: " + ec.message());
}

void a_small_buffer_loses_nothing(trial& here)
{
  auto group = group_on(here);
  here.write("file");
  event_buffer tiny(30);
  error_code ec;
  static_cast<void>(group.read_events(tiny, ec));
  expect_refusal(errc::buffer_too_small, ec);
  expect(event_mask::create, here.read_masks(group));
}

void one_read_brings_what_fits(trial& here)
{
  auto group = group_on(here);
  here.write("a");
  here.write("b");
  constexpr std::size_t one_and_a_half = 100;
  for (const auto* const name : {"a", "b"})
  {
    expect(only(here.read(group, one_and_a_half)).name() == name, "not one event after the other");
  }
}

void groups_are_never_told_writable(trial& here)
{
  const auto group = here.open(init_flags::report_fid);
  pollfd poll{.fd = group.native_handle(), .events = POLLOUT, .revents = 0};
  expect(::poll(&poll, 1, 0) == 0, "poll(2) says that it is");
}

void features_can_be_asked_for(trial& here)
{
  auto group = here.open(init_flags::report_fid);
  const location nowhere(-1, "file");
  expect_no_mark(group, nowhere, event_mask::open, errc::bad_mark_descriptor);
  constexpr event_mask unknown{1ULL << 40};
  expect_no_mark(group, nowhere, unknown, errc::unknown_event);
}

} // namespace

std::span<const check> reading_checks() noexcept
{
  static constexpr std::array checks{
      check{"G01", "an executed program does not get the group", handles,
            the_group_is_closed_by_exec},
      check{"G02", "reading an empty queue blocks nobody", handles, an_empty_queue_blocks_nobody},
      check{"X01", "a buffer that is too small loses nothing", handles,
            a_small_buffer_loses_nothing},
      check{"X02", "a read brings what fits, the next the rest", handles,
            one_read_brings_what_fits},
      check{"X31", "poll(2) never tells a group writable", handles, groups_are_never_told_writable},
      check{"X46", "what the kernel can do can be asked without a mark", handles,
            features_can_be_asked_for},
  };
  return checks;
}

} // namespace fanio::tool
