#include "expect.hpp"

#include "../other_process.hpp"
#include "../patience.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

namespace fanio::tool {

namespace {

std::string name_of(int result)
{
  return result == other_process::still_blocked ? "still blocked"
         : result == 0                          ? "success"
                                                : std::generic_category().message(result);
}

std::string name_of(const error_code& ec)
{
  return ec ? ec.message() : "success";
}

template <typename Masks>
std::string join(const Masks& masks)
{
  std::string text;
  for (const event_mask mask : masks)
  {
    text += (text.empty() ? "" : ", ") + to_string(mask);
  }
  return text.empty() ? "nothing" : text;
}

} // namespace

bool is_about_filesystem(const error_code& ec)
{
  constexpr std::array reasons{
      errc::filesystem_without_handles,  errc::filesystem_without_pre_access,
      errc::filesystem_without_fsid,     errc::no_permission_on_filesystem,
      errc::subvolume_needs_inode_marks, errc::no_mark_on_pseudo_filesystem};
  return std::ranges::any_of(reasons, [&](errc reason) { return ec == reason; });
}

void expect(bool holds, const std::string& otherwise)
{
  if (!holds)
  {
    throw difference(otherwise);
  }
}

void expect(event_mask expected, event_mask got)
{
  expect(expected == got, "expected " + to_string(expected) + ", got " + to_string(got));
}

void expect(std::initializer_list<event_mask> expected, const std::vector<event>& got)
{
  std::vector<event_mask> masks(got.size());
  std::ranges::transform(got, masks.begin(), &event::mask);
  expect(std::ranges::equal(expected, masks),
         "expected " + join(expected) + "; got " + join(masks));
}

void expect_result(int expected, int got)
{
  expect(expected == got, "expected " + name_of(expected) + ", got " + name_of(got));
}

std::filesystem::path write_program(trial& here)
{
  auto program = here.write("program");
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  other_process executing([&] { return try_execute(program); });
  const int result = executing.result();
  if (result == EACCES)
  {
    throw unfit("nothing may be executed there");
  }
  expect_result(ENOEXEC, result);
  return program;
}

void expect_refusal(errc expected, const error_code& got)
{
  if (is_about_filesystem(got) && got != expected)
  {
    throw unfit(got.message());
  }
  expect(got == expected,
         "expected: " + make_error_code(expected).message() + "; got: " + name_of(got));
}

void expect_no_group(trial& here, init_flags flags, errc expected)
{
  auto group = here.closed_group();
  error_code ec;
  group.open({.flags = flags}, ec);
  expect_refusal(expected, ec);
}

void expect_no_mark(fanotify_handle& group, const location& where, event_mask mask, errc expected,
                    mark_target target, mark_flags flags)
{
  error_code ec;
  group.add_mark(where, mask, ec, target, flags);
  expect_refusal(expected, ec);
}

void expect_nothing(const fanotify_handle& group)
{
  expect(group.queued() == 0, "expected no event");
}

event only(std::vector<event> events)
{
  expect(events.size() == 1, "expected one event, got " + std::to_string(events.size()));
  return std::move(events.front());
}

void await_queued(const fanotify_handle& group, std::size_t events)
{
  const auto end = std::chrono::steady_clock::now() + patience;
  while (group.queued() < events)
  {
    expect(std::chrono::steady_clock::now() < end,
           "expected in the queue: " + std::to_string(events) + ", got " +
               std::to_string(group.queued()));
    std::this_thread::yield();
  }
}

} // namespace fanio::tool
