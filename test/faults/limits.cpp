// The limits of a user: how many groups, how many marks. What is there goes on.

#include "support/credentials.hpp"
#include "support/scenario.hpp"
#include <fanio/error.hpp>

#include <optional>
#include <string>
#include <vector>

namespace utf = boost::unit_test;
using fanio::errc;
using fanio::error_code;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;

namespace {

/// What the child of a test ends with.
enum result : int
{
  as_expected,
  wrong_error,
  no_slot,
  not_told,
  no_namespace,
};

/// Whether a group tells that a file is opened.
bool is_told(fanotify_handle& group, const std::filesystem::path& file)
{
  fanio::event_buffer buffer;
  error_code ec;
  group.non_blocking(true);
  test::try_open(file);
  return group.read_events(buffer, ec).size() == 1;
}

/// As many groups as a user may have, and then one is closed.
int exhaust_groups(const std::filesystem::path& file)
{
  boost::asio::io_context context;
  std::vector<fanotify_handle> groups;
  error_code ec;
  for (fanotify_handle one(context);; groups.push_back(std::move(one)))
  {
    one.open({.flags = init_flags::report_fid}, ec);
    if (ec)
    {
      break;
    }
  }
  if (ec != errc::too_many_groups)
  {
    return wrong_error;
  }
  groups.back().add_mark(file, event_mask::open);
  if (!is_told(groups.back(), file))
  {
    return not_told;
  }
  groups.pop_back();
  fanotify_handle again(context);
  again.open({.flags = init_flags::report_fid}, ec);
  return ec ? no_slot : as_expected;
}

/// As many marks as a user may have, and then one is removed.
int exhaust_marks(const std::filesystem::path& directory)
{
  if (!test::enter_user_namespace() || !test::write_file("/proc/sys/user/max_fanotify_marks", "5"))
  {
    return no_namespace;
  }
  const auto name = [&](int i) { return directory / std::to_string(i); };
  boost::asio::io_context context;
  fanotify_handle group(context, {.flags = init_flags::report_fid});
  error_code ec;
  int marks = 0;
  for (; !ec; ++marks)
  {
    group.add_mark(name(marks), event_mask::open, ec);
  }
  if (ec != errc::too_many_marks || marks != 6)
  {
    return wrong_error;
  }
  if (!is_told(group, name(0)))
  {
    return not_told;
  }
  group.remove_mark(name(0), event_mask::open);
  group.add_mark(name(5), event_mask::open, ec);
  return ec ? no_slot : is_told(group, name(5)) ? as_expected : not_told;
}

struct limits_fixture : test::scenario
{
  test::mount_point fs = test::private_tmpfs();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(limits, limits_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(at_the_limit_of_groups_those_there_go_on_and_one_closed_makes_room)
{
  const auto file = fs.write("file");
  test::forked user(
      [&]
      {
        test::drop_privileges(); // a user of its own: the limit is one of users
        return exhaust_groups(file);
      });
  BOOST_TEST(user.result() == as_expected);
}

BOOST_AUTO_TEST_CASE(at_the_limit_of_marks_those_there_go_on_and_one_removed_makes_room)
{
  for (int i = 0; i < 10; ++i)
  {
    fs.write(std::to_string(i));
  }
  test::forked user([&] { return exhaust_marks(fs.path()); });
  BOOST_TEST(user.result() == as_expected);
}

BOOST_AUTO_TEST_SUITE_END()
