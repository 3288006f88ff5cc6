// O. What is renamed and removed, told by itself, by its directories, and by both sides at once.

#include "support/directory_story.hpp"

namespace utf = boost::unit_test;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;
using fanio::mark_flags;
using fanio::mark_target;
using test::watched_by;

namespace {

constexpr auto self = event_mask::delete_self | event_mask::move_self;

struct renames_fixture : test::directory_story
{
  /// One side of a move of the directory.
  void check_entry(const fanio::event& e, event_mask mask, std::string_view name) const
  {
    BOOST_TEST(e.mask() == mask);
    BOOST_TEST((e.dfid() == root_id));
    if (has_any(flags_, init_flags::report_name))
    {
      BOOST_TEST((e.name() == name));
    }
    else
    {
      BOOST_TEST(!e.name().has_value());
    }
    BOOST_TEST(e.fid().has_value() == has_any(flags_, init_flags::report_target_fid));
    BOOST_TEST((!e.fid() || e.fid() == dir_id));
  }

  /// Both ways, in every group that knows parents.
  template <typename Row>
  void everywhere(Row&& row)
  {
    for (const auto groups : {named, unnamed})
    {
      each(groups,
           [&](init_flags flags, watched_by way)
           {
             flags_ = flags;
             row(flags, way);
           });
    }
  }

  /// What the directory tells of itself: all of it is one event, for nothing in it tells apart
  /// opening, moving and removing.
  void check_of_itself(const std::vector<fanio::event>& events, event_mask wanted) const
  {
    const auto& e = only(events, wanted);
    BOOST_TEST(has_all(e.mask(), wanted));
    BOOST_TEST(e.mask() ==
               (self | event_mask::open | event_mask::close_nowrite | event_mask::ondir));
    BOOST_TEST((e.dfid() == dir_id));
    BOOST_TEST(!e.fid().has_value());
    BOOST_TEST(e.name().value_or("") == (has_any(flags_, init_flags::report_name) ? "." : ""));
  }

  init_flags flags_{};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(renames, renames_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(O08_a_file_itself_is_told_by_its_own_handle_alone)
{
  everywhere(
      [&](init_flags flags, watched_by way)
      {
        auto group = watch(flags, way);
        make_directory();
        watch_opening(group, way);
        drain(group);
        use_file();
        shown.reset();

        const auto events = drain(group);

        // A directory does not tell of what its children are; nor can a group without handles of
        // files.
        if (way == watched_by::directories || !has_any(flags, init_flags::report_fid))
        {
          BOOST_TEST(with(events, self).empty());
          return;
        }
        const auto& gone = only(events, self);
        BOOST_TEST(gone.mask() == self);
        BOOST_TEST((gone.fid() == file_id));
        BOOST_TEST(!gone.dfid().has_value());
        BOOST_TEST(std::ranges::distance(gone.records()) == 1);
      });
}

BOOST_AUTO_TEST_CASE(O09_opening_a_directory_is_told_of_itself)
{
  everywhere(
      [&](init_flags flags, watched_by way)
      { check_of_itself(third_act(flags, way), event_mask::open | event_mask::close_nowrite); });
}

BOOST_AUTO_TEST_CASE(O10_a_directory_itself_is_told_as_its_own_parent)
{
  everywhere([&](init_flags flags, watched_by way)
             { check_of_itself(third_act(flags, way), self); });
}

BOOST_AUTO_TEST_CASE(O11_both_sides_of_a_move_are_told_in_their_directories)
{
  everywhere(
      [&](init_flags flags, watched_by way)
      {
        const auto events = third_act(flags, way);
        if (!has_any(flags, init_flags::report_name))
        {
          // Nothing tells the two sides apart: one directory, one event.
          check_entry(only(events, event_mask::moved_from),
                      event_mask::move | event_mask::delete_ | event_mask::ondir, {});
          return;
        }
        if (way == watched_by::filesystem)
        {
          check_entry(only(events, event_mask::moved_from),
                      event_mask::moved_from | event_mask::ondir, "before");
        }
        check_entry(only(events, event_mask::delete_),
                    event_mask::moved_to | event_mask::delete_ | event_mask::ondir, "after");
      });
}

BOOST_AUTO_TEST_CASE(O12_the_rename_of_a_file_is_one_event_of_both_sides)
{
  each(named,
       [&](init_flags flags, watched_by way)
       {
         auto group = watch(flags, way, event_mask::rename);
         make_directory();
         watch_opening(group, way, event_mask::rename);
         drain(group);
         use_file();
         shown.reset();

         const auto events = drain(group);

         const auto& renamed = only(events, event_mask::rename);
         BOOST_TEST(renamed.mask() == event_mask::rename);
         BOOST_TEST((renamed.old_dfid() == dir_id));
         BOOST_TEST((renamed.old_name() == "old"));
         BOOST_TEST((renamed.new_dfid() == dir_id));
         BOOST_TEST((renamed.new_name() == "new"));
         BOOST_TEST(renamed.fid().has_value() == has_any(flags, init_flags::report_target_fid));
         BOOST_TEST((!renamed.fid() || renamed.fid() == file_id));
         BOOST_TEST(with(events, event_mask::moved_from).size() == 1U);
         BOOST_TEST(with(events, event_mask::moved_to).size() == 1U);
       });
}

BOOST_AUTO_TEST_CASE(O13_the_rename_of_a_directory_is_one_event_of_the_sides_that_are_watched)
{
  each(named,
       [&](init_flags flags, watched_by way)
       {
         const auto events = third_act(flags, way, event_mask::rename);
         const auto renames = with(events, event_mask::rename);
         const auto& first = *renames.at(0);
         const auto& last = *renames.back();
         // By directories there are two: into the unwatched one and out of it.
         BOOST_TEST(renames.size() == (way == watched_by::filesystem ? 1U : 2U));
         for (const auto* e : renames)
         {
           BOOST_TEST(e->mask() == (event_mask::rename | event_mask::ondir));
           BOOST_TEST(e->fid().has_value() == has_any(flags, init_flags::report_target_fid));
           BOOST_TEST((!e->fid() || e->fid() == dir_id));
         }
         BOOST_TEST((first.old_dfid() == root_id));
         BOOST_TEST((first.old_name() == "before"));
         BOOST_TEST((last.new_dfid() == root_id));
         BOOST_TEST((last.new_name() == "after"));
         if (way == watched_by::directories)
         {
           BOOST_TEST(!first.new_dfid().has_value());
           BOOST_TEST(!last.old_dfid().has_value());
         }
       });
}

BOOST_AUTO_TEST_CASE(O15_a_rename_is_ignored_by_an_ignore_on_either_side)
{
  each(named,
       [&](init_flags flags, watched_by way)
       {
         auto group = watch(flags, way, event_mask::rename);
         group.ignore(unwatched, event_mask::move | event_mask::rename, mark_target::inode,
                      mark_flags::ignored_mask | mark_flags::ignored_surv_modify);
         make_directory();
         drain(group);
         remove_directory(watched_by::directories); // through the one that is ignored

         const auto events = drain(group);

         BOOST_TEST(with(events, event_mask::rename).empty());
         // The sides that are not ignored are told.
         const auto& from = only(events, event_mask::moved_from);
         BOOST_TEST((from.dfid() == root_id));
         BOOST_TEST((from.name() == "before"));
         const auto& to = only(events, event_mask::moved_to);
         BOOST_TEST((to.dfid() == root_id));
         BOOST_TEST((to.name() == "after"));
       });
}

BOOST_AUTO_TEST_SUITE_END()
