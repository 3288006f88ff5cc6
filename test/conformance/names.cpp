// O. Parents and names: what is told of the entries of a directory, and of opening them.

#include "support/directory_story.hpp"

namespace utf = boost::unit_test;
using fanio::event_mask;
using fanio::init_flags;
using test::watched_by;

namespace {

struct names_fixture : test::directory_story
{
  /// The events of the second act.
  std::vector<fanio::event> second_act(init_flags flags, watched_by way)
  {
    auto group = watch(flags, way);
    make_directory();
    watch_opening(group, way);
    drain(group);
    use_file();
    shown.reset();
    return drain(group);
  }

  /// What was told of one name, merged; each must be in the directory.
  event_mask told_of(const std::vector<fanio::event>& events, std::string_view name) const
  {
    event_mask all{};
    for (const auto& e : events)
    {
      if (e.name() == name)
      {
        BOOST_TEST((e.dfid() == dir_id));
        all |= e.mask();
      }
    }
    return all;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(names, names_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(O01_a_new_directory_is_told_by_its_parent_and_name)
{
  each(named,
       [&](init_flags flags, watched_by way)
       {
         auto group = watch(flags, way);
         make_directory();
         const auto events = drain(group);
         BOOST_REQUIRE(events.size() == 1U);
         BOOST_TEST(events[0].mask() == (event_mask::create | event_mask::ondir));
         BOOST_TEST((events[0].dfid() == root_id));
         BOOST_TEST((events[0].name() == "before"));
         BOOST_TEST(events[0].fid().has_value() == has_any(flags, init_flags::report_target_fid));
         BOOST_TEST((!events[0].fid() || events[0].fid() == dir_id));
       });
}

BOOST_AUTO_TEST_CASE(O02_without_names_a_new_directory_is_told_by_its_parent_alone)
{
  each(unnamed,
       [&](init_flags flags, watched_by way)
       {
         auto group = watch(flags, way);
         make_directory();
         const auto events = drain(group);
         BOOST_REQUIRE(events.size() == 1U);
         BOOST_TEST(events[0].mask() == (event_mask::create | event_mask::ondir));
         BOOST_TEST((events[0].dfid() == root_id));
         BOOST_TEST(!events[0].name().has_value());
         BOOST_TEST(!events[0].fid().has_value());
       });
}

BOOST_AUTO_TEST_CASE(O03_what_happens_to_an_entry_is_told_by_the_name_that_it_had)
{
  each(named,
       [&](init_flags flags, watched_by way)
       {
         const auto events = second_act(flags, way);
         constexpr auto dirent = event_mask::all_dirent;
         BOOST_TEST((told_of(events, "old") & dirent) ==
                    (event_mask::create | event_mask::moved_from));
         BOOST_TEST((told_of(events, "new") & dirent) ==
                    (event_mask::delete_ | event_mask::moved_to));
       });
}

BOOST_AUTO_TEST_CASE(O04_without_handles_of_files_opening_is_told_by_the_name_too)
{
  each({init_flags::report_dfid_name},
       [&](init_flags flags, watched_by way)
       {
         const auto events = second_act(flags, way);
         BOOST_TEST(told_of(events, "old") ==
                    (event_mask::create | event_mask::moved_from | event_mask::open));
         BOOST_TEST(told_of(events, "new") ==
                    (event_mask::delete_ | event_mask::moved_to | event_mask::close_write));
         for (const auto& e : events)
         {
           BOOST_TEST(!e.fid().has_value());
         }
       });
}

BOOST_AUTO_TEST_CASE(O05_with_handles_of_files_opening_is_an_event_of_its_own)
{
  each({init_flags::report_dfid_name | init_flags::report_fid},
       [&](init_flags flags, watched_by way)
       {
         const auto events = second_act(flags, way);
         const auto& opened = only(events, event_mask::open);
         BOOST_TEST(opened.mask() == event_mask::open);
         BOOST_TEST((opened.dfid() == dir_id));
         BOOST_TEST((opened.name() == "old"));
         BOOST_TEST((opened.fid() == file_id));
         const auto& closed = only(events, event_mask::close);
         BOOST_TEST(closed.mask() == event_mask::close_write);
         BOOST_TEST((closed.dfid() == dir_id));
         BOOST_TEST((closed.name() == "new"));
         BOOST_TEST((closed.fid() == file_id));
       });
}

BOOST_AUTO_TEST_CASE(O05_with_targets_it_merges_with_what_happens_to_the_entry)
{
  each({init_flags::report_dfid_name_target},
       [&](init_flags flags, watched_by way)
       {
         const auto events = second_act(flags, way);
         const auto& opened = only(events, event_mask::open);
         BOOST_TEST(opened.mask() ==
                    (event_mask::create | event_mask::moved_from | event_mask::open));
         const auto& closed = only(events, event_mask::close);
         BOOST_TEST(closed.mask() ==
                    (event_mask::delete_ | event_mask::moved_to | event_mask::close_write));
         for (const auto* e : {&opened, &closed})
         {
           BOOST_TEST((e->dfid() == dir_id));
           BOOST_TEST((e->fid() == file_id));
         }
       });
}

BOOST_AUTO_TEST_CASE(O07_without_names_opening_and_closing_are_one_event_of_the_file)
{
  each({init_flags::report_dir_fid | init_flags::report_fid},
       [&](init_flags flags, watched_by way)
       {
         const auto events = second_act(flags, way);
         const auto& used = only(events, event_mask::open | event_mask::close);
         BOOST_TEST(used.mask() == (event_mask::open | event_mask::close_write));
         BOOST_TEST((used.dfid() == dir_id));
         BOOST_TEST((used.fid() == file_id));
         BOOST_TEST(!used.name().has_value());
       });
}

BOOST_AUTO_TEST_SUITE_END()
