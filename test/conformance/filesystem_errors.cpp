// S. A filesystem tells of what it finds wrong with itself: ext4 images, broken on purpose.

#include "support/identity.hpp"
#include "support/scenario.hpp"

#include <numeric>
#include <optional>
#include <vector>

#include <fcntl.h>
#include <sys/mount.h>

namespace utf = boost::unit_test;
using fanio::event;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::file_handle_view;
using fanio::init_flags;
using fanio::mark_target;

namespace {

constexpr int corrupted = EUCLEAN; // what filesystems call EFSCORRUPTED

/// An ext4 whose directories `bad_dir` and `other_dir` have modes that nothing has, and with a
/// `bad_link` to an inode that is none.
struct filesystem_errors_fixture : test::scenario
{
  filesystem_errors_fixture()
  {
    {
      test::mount_point whole({"mount", "-o", "loop", image.path()});
      for (const auto* const name : {"bad_dir", "other_dir"})
      {
        whole.make_directory(name);
      }
      bad_dir_id = test::identity(whole / "bad_dir");
      other_dir_id = test::identity(whole / "other_dir");
      BOOST_REQUIRE(whole.unmount() == 0);
    }
    for (const auto* const request :
         {"sif bad_dir mode 0xff", "sif other_dir mode 0xff", "ln <1> bad_link"})
    {
      test::run_program({"debugfs", "-w", "-R", request, image.path()});
    }
    fs.emplace(std::vector<std::string>{"mount", "-o", "loop", image.path()});
  }

  fanotify_handle watch(init_flags flags = init_flags::report_fid)
  {
    auto group = open(flags);
    group.add_mark(fs->path(), event_mask::fs_error, mark_target::filesystem);
    return group;
  }

  /// The kernel finds what is wrong when it looks it up.
  void look_up(const std::string& name) const
  {
    BOOST_TEST(test::try_open(*fs / name) == corrupted);
  }

  void abort() const
  {
    BOOST_REQUIRE(::mount(nullptr, fs->path().c_str(), nullptr, MS_REMOUNT, "abort") == 0);
  }

  /// Events until they stand for so many errors. Kernels that report from a worker may split them
  /// among several.
  std::vector<event> await_errors(fanotify_handle& group, std::uint32_t count)
  {
    std::vector<event> all;
    while (errors_of(all) < count)
    {
      for (auto& e : await(group))
      {
        BOOST_TEST(e.mask() == event_mask::fs_error);
        BOOST_TEST(e.fd() == -1);
        BOOST_REQUIRE(e.error().has_value());
        all.push_back(std::move(e));
      }
    }
    BOOST_TEST(errors_of(all) == count);
    BOOST_TEST(group.queued() == 0U);
    return all;
  }

  static std::uint32_t errors_of(const std::vector<event>& events)
  {
    return std::accumulate(events.begin(), events.end(), 0U, [](std::uint32_t sum, const event& e)
                           { return sum + e.error()->count; });
  }

  /// The error and where it is.
  void check(const event& e, int error, const fanio::file_handle& where) const
  {
    BOOST_TEST(e.error()->error == error);
    BOOST_REQUIRE(e.fid().has_value());
    BOOST_TEST((*e.fid() == where));
  }

  test::filesystem_image image{"ext4"};
  std::optional<test::mount_point> fs;
  fanio::file_handle bad_dir_id;
  fanio::file_handle other_dir_id;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(filesystem_errors, filesystem_errors_fixture,
                         *utf::precondition(test::is_privileged) *
                             utf::precondition(test::has_program("debugfs")) *
                             utf::precondition(test::has<event_mask::fs_error>))

BOOST_AUTO_TEST_CASE(S01_a_filesystem_that_is_aborted_tells_it_of_no_file)
{
  auto group = watch();
  abort();

  const auto events = await_errors(group, 1);

  BOOST_REQUIRE(events.size() == 1U);
  BOOST_TEST(events[0].error()->error == ESHUTDOWN);
  BOOST_REQUIRE(events[0].fid().has_value());
  const auto fid = *events[0].fid();
  BOOST_TEST(fid.type() == file_handle_view::invalid_type);
  BOOST_TEST(fid.bytes().empty());
  BOOST_TEST(!fid.is_valid());
  BOOST_TEST((fid.fsid() == test::identity(fs->path()).fsid()));
}

BOOST_AUTO_TEST_CASE(S02_a_directory_that_is_broken_is_told_by_its_handle)
{
  auto group = watch();
  look_up("bad_dir");

  const auto events = await_errors(group, 1);

  BOOST_REQUIRE(events.size() == 1U);
  check(events[0], corrupted, bad_dir_id);
}

BOOST_AUTO_TEST_CASE(S03_errors_of_one_process_add_up_and_the_first_is_told)
{
  auto group = watch();
  look_up("bad_dir");
  look_up("bad_link");
  const auto events = await_errors(group, 2);
  check(events.front(), corrupted, bad_dir_id);

  look_up("other_dir");
  look_up("bad_dir");
  check(await_errors(group, 2).front(), corrupted, other_dir_id);
}

BOOST_AUTO_TEST_CASE(S04_an_abort_behind_an_error_adds_to_it)
{
  auto group = watch();
  look_up("bad_dir");
  abort();

  const auto events = await_errors(group, 2);

  check(events.front(), corrupted, bad_dir_id);
  BOOST_TEST((events.size() == 1 || events.back().error()->error == ESHUTDOWN));
}

BOOST_AUTO_TEST_CASE(S06_errors_of_two_processes_are_all_told)
{
  auto group = watch();
  test::opener first(*fs / "bad_dir");
  BOOST_TEST(first.result() == corrupted);
  test::opener second(*fs / "bad_dir");
  BOOST_TEST(second.result() == corrupted);

  const auto events = await_errors(group, 2);

  for (const auto& e : events)
  {
    check(e, corrupted, bad_dir_id);
  }
  // Where the failing process itself reports, each has an event of its own.
  if (events.front().pid() == first.pid())
  {
    BOOST_REQUIRE(events.size() == 2U);
    BOOST_TEST(events.back().pid() == second.pid());
  }
}

BOOST_AUTO_TEST_CASE(S07_a_group_without_handles_of_files_is_told_nothing)
{
  auto of_directories = watch(init_flags::report_dir_fid);
  auto of_names = watch(init_flags::report_dfid_name);
  auto of_files = watch();
  look_up("bad_dir");
  await_errors(of_files, 1); // so the others would have been told too
  BOOST_TEST(of_directories.queued() == 0U);
  BOOST_TEST(of_names.queued() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
