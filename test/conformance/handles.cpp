// X. What can be done with the file handle of an event: open_by_handle_at(2).

#include "support/scenario.hpp"
#include <fanio/file_handle.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <new>

#include <sys/vfs.h>

namespace utf = boost::unit_test;
using fanio::event_mask;
using fanio::file_handle_view;
using fanio::init_flags;
using fanio::mark_target;

namespace {

/// Opens by handle: 0, or the errno.
int open_by_handle(int mount, const file_handle_view& handle, int flags = O_RDONLY)
{
  alignas(::file_handle) std::array<std::byte, sizeof(::file_handle) + MAX_HANDLE_SZ> storage{};
  auto* const raw = new (storage.data())::file_handle;
  raw->handle_bytes = static_cast<unsigned>(handle.bytes().size());
  raw->handle_type = handle.type();
  std::ranges::copy(handle.bytes(), storage.data() + sizeof(::file_handle));
  const fanio::unique_fd fd(::open_by_handle_at(mount, raw, flags | O_CLOEXEC));
  return fd ? 0 : errno;
}

struct handles_fixture : test::scenario
{
  /// The handle of a file, as an event of its opening has it.
  fanio::file_handle handle_of(const std::filesystem::path& path)
  {
    auto group = open(init_flags::report_fid);
    group.add_mark(path, event_mask::open);
    test::try_open(path);
    return fanio::file_handle(read(group).front().fid().value());
  }

  static fanio::unique_fd open_path(const std::filesystem::path& path, int flags)
  {
    return fanio::unique_fd(::open(path.c_str(), flags | O_CLOEXEC));
  }
};

struct ext4_handles_fixture : handles_fixture
{
  test::private_filesystem fs;
  std::filesystem::path file = fs.write("file");
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(handles, ext4_handles_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(X39_any_open_descriptor_of_the_filesystem_will_do_but_a_path_only_one)
{
  const auto handle = handle_of(file);
  const auto below = fs.make_directory("below");
  BOOST_TEST(open_by_handle(open_path(below, O_RDONLY).get(), handle) == 0);
  BOOST_TEST(open_by_handle(open_path(file, O_RDONLY).get(), handle) == 0);
  BOOST_TEST(open_by_handle(open_path(fs.path(), O_PATH).get(), handle) == EBADF);
}

BOOST_AUTO_TEST_CASE(X39_a_handle_is_stale_elsewhere_and_when_its_file_is_gone)
{
  const auto handle = handle_of(file);
  const auto elsewhere = test::private_tmpfs();
  const auto here = open_path(fs.path(), O_RDONLY);
  BOOST_TEST(open_by_handle(open_path(elsewhere.path(), O_RDONLY).get(), handle) == ESTALE);

  auto in_use = open_path(file, O_RDONLY);
  std::filesystem::remove(file);
  BOOST_TEST(open_by_handle(here.get(), handle) == 0);
  in_use.reset();
  BOOST_TEST(open_by_handle(here.get(), handle) == ESTALE);
}

BOOST_AUTO_TEST_CASE(X39_the_handle_of_nothing_is_invalid)
{
  const file_handle_view nothing({}, file_handle_view::invalid_type, {});
  BOOST_TEST(!nothing.is_valid());
  BOOST_TEST(open_by_handle(open_path(fs.path(), O_RDONLY).get(), nothing) == EINVAL);
}

BOOST_AUTO_TEST_CASE(X40_opening_by_handle_is_an_event_unless_it_is_for_the_path_only)
{
  const auto handle = handle_of(file);
  const auto mount = open_path(fs.path(), O_RDONLY);
  auto group = open(init_flags::report_fid);
  group.add_mark(fs.path(), event_mask::open, mark_target::filesystem);

  BOOST_TEST(open_by_handle(mount.get(), handle, O_PATH) == 0);
  BOOST_TEST(group.queued() == 0);
  BOOST_TEST(open_by_handle(mount.get(), handle, O_RDONLY) == 0);
  const auto events = drain(group);
  BOOST_REQUIRE(events.size() == 1);
  BOOST_TEST((events[0].fid().value() == handle.view()));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(btrfs_handles, handles_fixture,
                         *utf::precondition(test::is_privileged) *
                             utf::precondition(test::has_program("mkfs.btrfs")) *
                             utf::precondition(test::has_program("btrfs")))

BOOST_AUTO_TEST_CASE(X41_events_in_a_subvolume_have_the_fsid_of_the_root_that_is_marked)
{
  const test::private_filesystem fs("btrfs");
  const auto subvolume = fs / "subvolume";
  test::run_program({"btrfs", "subvolume", "create", subvolume});
  const auto file = fs.write("subvolume/file");
  auto group = open(init_flags::report_fid);
  group.add_mark(fs.path(), event_mask::open, mark_target::filesystem);
  test::try_open(file);

  const auto events = drain(group);

  BOOST_REQUIRE(events.size() == 1);
  const auto fsid_of = [](const std::filesystem::path& path)
  {
    struct statfs status{};
    ::statfs(path.c_str(), &status);
    return std::bit_cast<fanio::fsid>(status.f_fsid);
  };
  BOOST_TEST((events[0].fid()->fsid() == fsid_of(fs.path())));
  BOOST_TEST((events[0].fid()->fsid() != fsid_of(subvolume)));
}

BOOST_AUTO_TEST_SUITE_END()
