// L. Events of file handles name what name_to_handle_at(2) and statfs(2) name, on every filesystem.

#include "support/identity.hpp"
#include "support/scenario.hpp"

#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace utf = boost::unit_test;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;
using fanio::mark_target;

namespace {

constexpr auto opened_and_closed = event_mask::open | event_mask::close_nowrite;

struct object
{
  std::filesystem::path path;
  fanio::file_handle id = test::identity(path);
};

/// Two files and a directory, in this order.
std::vector<object> make_objects(const test::mount_point& fs)
{
  return {{fs.write("first")}, {fs.write("second")}, {fs.make_directory("directory")}};
}

void open_all_then_close_all(const std::vector<object>& objects)
{
  std::vector<fanio::unique_fd> open;
  for (const auto& object : objects)
  {
    open.emplace_back(::open(object.path.c_str(), O_RDONLY | O_CLOEXEC));
    BOOST_REQUIRE(open.back());
  }
  for (auto& fd : open)
  {
    fd.reset();
  }
}

struct expected
{
  fanio::file_handle id;
  event_mask mask;
};

/// Each event is of one object, by its handle and by nothing else.
void check_identities(const std::vector<fanio::event>& events, const std::vector<expected>& rows)
{
  BOOST_REQUIRE(events.size() == rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i)
  {
    BOOST_TEST(events[i].mask() == rows[i].mask);
    const auto fid = events[i].fid();
    BOOST_REQUIRE(fid.has_value());
    BOOST_TEST(fid->type() == rows[i].id.type());
    BOOST_TEST(fid->bytes().size() == rows[i].id.bytes().size());
    BOOST_TEST((fid->fsid() == rows[i].id.fsid()));
    BOOST_TEST((*fid == rows[i].id));
    BOOST_TEST(events[i].fd() == -1);
    BOOST_TEST(!events[i].dfid().has_value());
  }
}

struct identity_fixture : test::scenario
{
  /// Marks all objects, or all of their filesystem or mount by its root.
  fanotify_handle watch(const test::mount_point& fs, const std::vector<object>& objects,
                        mark_target target, event_mask mask)
  {
    auto group = open(init_flags::report_fid);
    if (target != mark_target::inode)
    {
      group.add_mark(fs.path(), mask, target);
      return group;
    }
    for (const auto& object : objects)
    {
      group.add_mark(object.path, mask);
    }
    return group;
  }

  void opening_and_closing(const test::mount_point& fs, event_mask flags)
  {
    const auto objects = make_objects(fs);
    std::vector<expected> rows = {{objects[0].id, opened_and_closed},
                                  {objects[1].id, opened_and_closed}};
    if (has_any(flags, event_mask::ondir))
    {
      rows.push_back({objects[2].id, opened_and_closed | event_mask::ondir});
    }
    for (const auto target : test::file_targets)
    {
      BOOST_TEST_CONTEXT(to_string(target) << " mark")
      {
        auto group = watch(fs, objects, target, opened_and_closed | flags);
        open_all_then_close_all(objects);
        check_identities(drain(group), rows);
      }
    }
  }

  void deleting(const test::mount_point& fs)
  {
    for (const auto target : {mark_target::inode, mark_target::filesystem})
    {
      BOOST_TEST_CONTEXT(to_string(target) << " mark")
      {
        const auto objects = make_objects(fs);
        auto group = watch(fs, objects, target, event_mask::delete_self | event_mask::ondir);
        for (const auto& object : objects)
        {
          std::filesystem::remove(object.path);
        }
        check_identities(drain(group),
                         {{objects[0].id, event_mask::delete_self},
                          {objects[1].id, event_mask::delete_self},
                          {objects[2].id, event_mask::delete_self | event_mask::ondir}});
      }
    }
  }

  void every_row_on(const test::mount_point& fs)
  {
    opening_and_closing(fs, event_mask::none);
    opening_and_closing(fs, event_mask::ondir);
    deleting(fs);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(file_identity, identity_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(L01_files_are_told_by_their_handles_and_directories_are_not_told)
{
  const test::private_filesystem fs;
  opening_and_closing(fs, event_mask::none);
}

BOOST_AUTO_TEST_CASE(L02_a_directory_is_told_where_it_is_asked_for)
{
  const test::private_filesystem fs;
  opening_and_closing(fs, event_mask::ondir);
}

BOOST_AUTO_TEST_CASE(L03_two_names_of_one_file_are_one_identity_and_two_files_are_two)
{
  const test::private_filesystem fs;
  const auto first = fs.write("first");
  const auto second = fs.write("second");
  std::filesystem::create_hard_link(first, fs / "link");
  BOOST_TEST((test::identity(first) == test::identity(fs / "link")));
  BOOST_TEST((test::identity(first) != test::identity(second)));

  auto group = open(init_flags::report_fid);
  group.add_mark(fs.path(), event_mask::open, mark_target::filesystem);
  test::try_open(first);
  test::try_open(fs / "link"); // merges with the first: the same object by the same process
  test::try_open(second);
  check_identities(drain(group), {{test::identity(first), event_mask::open},
                                  {test::identity(second), event_mask::open}});
}

BOOST_AUTO_TEST_CASE(L05_what_is_deleted_is_told_by_the_handle_that_it_had)
{
  const test::private_filesystem fs;
  deleting(fs);
}

BOOST_AUTO_TEST_CASE(L08_every_identity_on_ext2)
{
  const test::private_filesystem fs("ext2");
  every_row_on(fs);
}

BOOST_AUTO_TEST_CASE(L08_every_identity_on_ext3)
{
  const test::private_filesystem fs("ext3");
  every_row_on(fs);
}

BOOST_AUTO_TEST_CASE(L08_every_identity_on_ext4)
{
  const test::private_filesystem fs("ext4");
  every_row_on(fs);
}

BOOST_AUTO_TEST_CASE(L08_every_identity_on_xfs, *utf::precondition(test::has_program("mkfs.xfs")))
{
  const test::private_filesystem fs("xfs");
  every_row_on(fs);
}

BOOST_AUTO_TEST_CASE(L08_every_identity_on_btrfs,
                     *utf::precondition(test::has_program("mkfs.btrfs")))
{
  const test::private_filesystem fs("btrfs");
  every_row_on(fs);
}

BOOST_AUTO_TEST_CASE(L08_every_identity_on_tmpfs)
{
  const auto fs = test::private_tmpfs();
  every_row_on(fs);
}

BOOST_AUTO_TEST_SUITE_END()
