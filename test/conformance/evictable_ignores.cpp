// I. Ignore masks that do not keep their inodes in memory: with the inode the ignore is gone.

#include "support/file_scenario.hpp"
#include "support/ignores.hpp"
#include <fanio/group_info.hpp>

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>

namespace utf = boost::unit_test;
using fanio::error_code;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;
using fanio::mark_flags;
using fanio::mark_target;
using std::filesystem::path;

namespace {

constexpr std::size_t ignores = 16;

constexpr std::array ignoring_classes{init_flags::class_content, init_flags::class_notif,
                                      init_flags::report_dfid_name | init_flags::report_fid};

const char* const drop_caches_file = "/proc/sys/vm/drop_caches";

boost::test_tools::assertion_result can_drop_caches(utf::test_unit_id)
{
  return test::needs(::access(drop_caches_file, W_OK) == 0,
                     std::string("to write to ") + drop_caches_file);
}

/// Inodes and directory entries that nobody uses; an empty file has no pages that keep its inode.
void drop_inodes()
{
  constexpr int times = 3; // a used one is passed over at first
  for (int i = 0; i < times; ++i)
  {
    std::ofstream(drop_caches_file) << "2";
  }
}

std::size_t evictable_marks(const fanotify_handle& group)
{
  error_code ec;
  const auto info = fanio::read_group_info(group.native_handle(), ec);
  BOOST_REQUIRE(!ec);
  const auto count = std::ranges::count_if(info.marks, [](const fanio::mark_info& mark)
                                           { return has_any(mark.flags, mark_flags::evictable); });
  return static_cast<std::size_t>(count);
}

/// Groups of all classes watch openings by marks of mounts and filesystems. The highest class
/// ignores nothing.
struct evictable_ignores_fixture : test::scenario
{
  /// `ignored` is what is ignored of each of `files`.
  void check(const std::vector<path>& files, const std::function<path(const path&)>& ignored,
             event_mask modifiers)
  {
    auto kept = open_each(files, ignored);
    open_groups();
    for (auto& [group, kind] : ignoring)
    {
      for (const auto& file : files)
      {
        test::ignore_openings(group, ignored(file), mark_target::inode, modifiers,
                              kind | mark_flags::evictable);
      }
      BOOST_REQUIRE(evictable_marks(group) == ignores);
    }
    open_each(files);
    check_all_ignored();

    kept.clear();
    sync_filesystem();
    drop_inodes();
    check_half_gone_at_least(files);
  }

  struct ignoring_group
  {
    fanotify_handle group;
    mark_flags kind;
  };

  fanotify_handle watch(init_flags flags, mark_target target)
  {
    auto group = open(flags);
    group.add_mark(fs.path(), event_mask::open, target);
    return group;
  }

  void open_groups()
  {
    for (const auto target : {mark_target::mount, mark_target::filesystem})
    {
      control.push_back(watch(init_flags::class_pre_content, target));
      for (const auto kind : test::surviving_ignores)
      {
        for (const auto flags : ignoring_classes)
        {
          ignoring.push_back({.group = watch(flags, target), .kind = kind});
        }
      }
    }
  }

  /// Descriptors keep inodes where they are, whatever else the machine does.
  static std::vector<fanio::unique_fd>
  open_each(const std::vector<path>& files,
            const std::function<path(const path&)>& which = std::identity())
  {
    std::vector<fanio::unique_fd> open;
    open.reserve(files.size());
    for (const auto& file : files)
    {
      open.push_back(test::open_file(which(file)));
    }
    return open;
  }

  /// An inode that is yet to be written can't be evicted. Opening a directory is not told here.
  void sync_filesystem() const
  {
    BOOST_REQUIRE(::syncfs(test::open_file(fs.path(), O_DIRECTORY).get()) == 0);
  }

  void check_all_ignored()
  {
    for (auto& group : control)
    {
      BOOST_TEST(count_openings(group) == ignores);
    }
    for (auto& [group, kind] : ignoring)
    {
      BOOST_TEST(group.queued() == 0);
    }
  }

  /// At least those are told whose ignore was seen to be gone: more of them may go meanwhile.
  void check_half_gone_at_least(const std::vector<path>& files)
  {
    std::vector<std::size_t> left;
    for (const auto& [group, kind] : ignoring)
    {
      left.push_back(evictable_marks(group));
      BOOST_TEST(left.back() <= ignores / 2);
    }
    open_each(files);
    for (auto& group : control)
    {
      BOOST_TEST(count_openings(group) == ignores);
    }
    for (std::size_t i = 0; i < ignoring.size(); ++i)
    {
      BOOST_TEST(count_openings(ignoring[i].group) >= ignores - left[i]);
    }
  }

  std::size_t count_openings(fanotify_handle& group)
  {
    const auto events = drain(group);
    BOOST_TEST((events.empty() || test::merged(events) == event_mask::open));
    return events.size();
  }

  test::private_filesystem fs;
  std::vector<fanotify_handle> control;
  std::vector<ignoring_group> ignoring;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(evictable_ignores, evictable_ignores_fixture,
                         *utf::precondition(test::is_privileged) *
                             utf::precondition(can_drop_caches))

BOOST_AUTO_TEST_CASE(I20_an_ignore_of_a_file_goes_with_its_inode)
{
  std::vector<path> files;
  files.reserve(ignores);
  for (std::size_t i = 0; i < ignores; ++i)
  {
    files.push_back(fs.write(std::to_string(i), ""));
  }
  check(files, [](const path& file) { return file; }, {});
}

BOOST_AUTO_TEST_CASE(I21_an_ignore_of_a_directory_goes_with_its_inode)
{
  std::vector<path> files;
  files.reserve(ignores);
  for (std::size_t i = 0; i < ignores; ++i)
  {
    const auto parent = std::to_string(i);
    fs.make_directory(parent);
    files.push_back(fs.write(parent + "/file", ""));
  }
  check(files, [](const path& file) { return file.parent_path(); }, event_mask::event_on_child);
}

BOOST_AUTO_TEST_SUITE_END()
