// X. Which events become one, and which do not.

#include "support/scenario.hpp"

#include <algorithm>
#include <filesystem>
#include <stdio.h>
#include <string>
#include <thread>

namespace utf = boost::unit_test;
using fanio::event;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;
using fanio::mark_target;

namespace {

struct merging_fixture : test::scenario
{
  /// The events of a group of these flags while something happens.
  template <typename Action>
  std::vector<event> told(init_flags flags, event_mask mask, Action&& act)
  {
    auto group = open(flags);
    group.add_mark(fs.path(), mask | event_mask::ondir, mark_target::filesystem);
    act();
    return drain(group);
  }

  /// Opened by two threads of this process, one after the other.
  void open_in_two_threads() const
  {
    for (int i = 0; i < 2; ++i)
    {
      std::jthread([&] { test::try_open(file); });
    }
  }

  /// Opened by the two names that it has.
  void open_by_two_names() const
  {
    test::try_open(file);
    test::try_open(link);
  }

  test::private_filesystem fs;
  std::filesystem::path file = fs.write("file");
  std::filesystem::path link = fs / "link";
};

constexpr auto of_entries = event_mask::rename | event_mask::move | event_mask::move_self |
                            event_mask::delete_ | event_mask::delete_self | event_mask::attrib;

/// An event with what it says of names.
std::string line(const event& e)
{
  return to_string(e.mask()) + ' ' + std::string(e.old_name().value_or("-")) + ' ' +
         std::string(e.new_name().value_or("-")) + ' ' + std::string(e.name().value_or("-"));
}

std::vector<std::string> lines(const std::vector<event>& events)
{
  std::vector<std::string> all;
  std::ranges::transform(events, std::back_inserter(all), line);
  return all;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(merging, merging_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(X35_events_of_two_processes_stay_apart)
{
  const auto events = told(init_flags::class_notif, event_mask::open,
                           [&]
                           {
                             BOOST_TEST(test::opener(file).result() == 0);
                             BOOST_TEST(test::opener(file).result() == 0);
                           });
  BOOST_REQUIRE(events.size() == 2);
  BOOST_TEST(events[0].pid() != events[1].pid());
}

BOOST_AUTO_TEST_CASE(X35_those_of_two_threads_become_one_unless_threads_are_reported)
{
  const auto open_in_threads = [&] { open_in_two_threads(); };
  BOOST_TEST(told(init_flags::class_notif, event_mask::open, open_in_threads).size() == 1);

  const auto apart = told(init_flags::report_tid, event_mask::open, open_in_threads);
  BOOST_REQUIRE(apart.size() == 2);
  BOOST_TEST(apart[0].pid() != apart[1].pid());
}

BOOST_AUTO_TEST_CASE(X35_two_names_of_a_file_are_two_to_a_group_of_descriptors_and_one_by_handle)
{
  std::filesystem::create_hard_link(file, link);
  const auto open_both = [&] { open_by_two_names(); };
  BOOST_TEST(told(init_flags::class_notif, event_mask::open, open_both).size() == 2);
  BOOST_TEST(told(init_flags::report_fid, event_mask::open, open_both).size() == 1);
}

BOOST_AUTO_TEST_CASE(X37_an_exchange_of_names_is_two_renames)
{
  const auto other = fs.write("other");
  const auto events = told(init_flags::report_dfid_name, of_entries,
                           [&]
                           {
                             BOOST_REQUIRE(::renameat2(AT_FDCWD, file.c_str(), AT_FDCWD,
                                                       other.c_str(), RENAME_EXCHANGE) == 0);
                           });
  const std::vector<std::string> expected{
      "moved_from|moved_to - - file",
      "moved_from|moved_to - - other",
      "rename file other -",
      "rename other file -",
  };
  auto actual = lines(events);
  std::ranges::sort(actual);
  BOOST_TEST(actual == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(X37_a_name_that_is_taken_over_is_not_told_as_deleted)
{
  const auto victim = fs.write("victim");
  const auto events = told(init_flags::report_dfid_name | init_flags::report_fid, of_entries,
                           [&] { std::filesystem::rename(file, victim); });

  BOOST_TEST(!has_any(test::merged(events), event_mask::delete_));
  const auto of_victim = std::ranges::find_if(events, [](const event& e)
                                              { return has_any(e.mask(), event_mask::attrib); });
  BOOST_REQUIRE(of_victim != events.end());
  BOOST_TEST(of_victim->mask() == (event_mask::attrib | event_mask::delete_self));
}

BOOST_AUTO_TEST_SUITE_END()
