// X. Which events an operation on a file makes: a table, by one mark of a whole filesystem.

#include "support/scenario.hpp"

#include <array>
#include <functional>
#include <string>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace utf = boost::unit_test;
using fanio::event_mask;
using fanio::init_flags;
using fanio::mark_target;

namespace {

constexpr auto all_events = event_mask::access | event_mask::modify | event_mask::attrib |
                            event_mask::close | event_mask::open | event_mask::move |
                            event_mask::create | event_mask::delete_ | event_mask::delete_self |
                            event_mask::move_self | event_mask::rename | event_mask::ondir;

struct operations_fixture : test::scenario
{
  operations_fixture() { group.add_mark(fs.path(), all_events, mark_target::filesystem); }

  /// What is told of something that must succeed.
  void check(const char* what, event_mask expected, const std::function<bool()>& act)
  {
    drain(group);
    BOOST_TEST(act(), what << ": errno " << errno);
    BOOST_TEST_CONTEXT(what)
    {
      BOOST_TEST(test::merged(drain(group)) == expected);
    }
  }

  [[nodiscard]] std::string at(const char* name) const { return fs / name; }

  /// An open file with a few bytes in it.
  [[nodiscard]] fanio::unique_fd open_file(const char* name, int flags = O_RDWR) const
  {
    return fanio::unique_fd(::open(fs.write(name).c_str(), flags | O_CLOEXEC));
  }

  static bool ok(long result) { return result >= 0; }

  test::private_filesystem fs;
  fanio::fanotify_handle group =
      open(init_flags::report_dfid_name_target | init_flags::unlimited_queue);
};

constexpr timespec now{.tv_sec = 0, .tv_nsec = UTIME_NOW};
constexpr timespec omit{.tv_sec = 0, .tv_nsec = UTIME_OMIT};

} // namespace

BOOST_FIXTURE_TEST_SUITE(operations, operations_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(X49_contents)
{
  using enum fanio::event_mask;
  const auto fd = open_file("file");
  const auto other = open_file("other");
  std::array<char, 2> bytes{};
  const auto path = at("file");

  check("read", access, [&] { return ok(::pread(fd.get(), bytes.data(), 1, 0)); });
  check("read of no bytes", {}, [&] { return ok(::pread(fd.get(), bytes.data(), 0, 0)); });
  check("write", modify, [&] { return ok(::pwrite(fd.get(), bytes.data(), 1, 0)); });
  check("ftruncate", modify, [&] { return ok(::ftruncate(fd.get(), 2)); });
  check("ftruncate to its size", modify, [&] { return ok(::ftruncate(fd.get(), 2)); });
  check("truncate", modify, [&] { return ok(::truncate(path.c_str(), 3)); });
  check("fallocate", modify, [&] { return ok(::fallocate(fd.get(), 0, 0, 10)); });
  check("sendfile", access | modify,
        [&] { return ok(::sendfile(other.get(), fd.get(), nullptr, 4)); });
  off64_t from = 0;
  check("copy_file_range", access | modify,
        [&] { return ok(::copy_file_range(other.get(), &from, fd.get(), nullptr, 2, 0)); });
  check("O_TRUNC", modify | open | close_write,
        [&] { return test::try_open(path, O_WRONLY | O_TRUNC) == 0; });
}

BOOST_AUTO_TEST_CASE(X49_splicing)
{
  using enum fanio::event_mask;
  const auto fd = open_file("file");
  std::array<int, 2> ends{};
  BOOST_REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  const fanio::unique_fd in(ends[0]);
  const fanio::unique_fd out(ends[1]);
  check("splice from a file", access,
        [&] { return ok(::splice(fd.get(), nullptr, out.get(), nullptr, 2, 0)); });
  check("splice to a file", modify,
        [&] { return ok(::splice(in.get(), nullptr, fd.get(), nullptr, 2, 0)); });
}

BOOST_AUTO_TEST_CASE(X49_attributes)
{
  using enum fanio::event_mask;
  const auto fd = open_file("file");
  const auto path = at("file");
  const auto touch = [&](const timespec& atime, const timespec& mtime)
  {
    const std::array<timespec, 2> times{atime, mtime};
    return ok(::utimensat(AT_FDCWD, path.c_str(), times.data(), 0));
  };
  check("chmod", attrib, [&] { return ok(::chmod(path.c_str(), 0600)); });
  check("fchmod", attrib, [&] { return ok(::fchmod(fd.get(), 0640)); });
  check("chown", attrib, [&] { return ok(::chown(path.c_str(), 1, 1)); });
  check("setxattr", attrib, [&] { return ok(::setxattr(path.c_str(), "user.x", "1", 1, 0)); });
  check("removexattr", attrib, [&] { return ok(::removexattr(path.c_str(), "user.x")); });
  check("both times", attrib, [&] { return touch(now, now); });
  check("the time of access", access, [&] { return touch(now, omit); });
  check("the time of modification", modify, [&] { return touch(omit, now); });
}

BOOST_AUTO_TEST_CASE(X49_entries)
{
  using enum fanio::event_mask;
  const auto path = at("file");
  const auto link = at("link");
  const auto moved = at("moved");
  const auto directory_path = at("directory");
  fs.write("file");

  check("link", attrib | create, [&] { return ok(::link(path.c_str(), link.c_str())); });
  check("unlink of one name", attrib | delete_, [&] { return ok(::unlink(link.c_str())); });
  check("rename", rename | move | move_self,
        [&] { return ok(::rename(path.c_str(), moved.c_str())); });
  check("unlink of the last name", attrib | delete_self | delete_,
        [&] { return ok(::unlink(moved.c_str())); });
  check("symlink", create, [&] { return ok(::symlink("nowhere", link.c_str())); });
  check("mknod", create, [&] { return ok(::mknod(at("fifo").c_str(), S_IFIFO | 0600, 0)); });
  check("creat", create | open | close_write,
        [&] { return test::try_open(path, O_CREAT | O_WRONLY) == 0; });
  check("mkdir", create | ondir, [&] { return ok(::mkdir(directory_path.c_str(), 0755)); });
  check("readdir", access | open | close_nowrite | ondir,
        [&]
        {
          DIR* const stream = ::opendir(directory_path.c_str());
          return ::readdir(stream) != nullptr && ok(::closedir(stream));
        });
  check("rmdir", delete_ | delete_self | ondir,
        [&] { return ok(::rmdir(directory_path.c_str())); });
}

BOOST_AUTO_TEST_CASE(X49_files_that_never_had_a_name)
{
  using enum fanio::event_mask;
  const auto path = at("named");
  const auto named = fs.path();
  check("O_TMPFILE", open | close_write | delete_self,
        [&] { return test::try_open(named, O_TMPFILE | O_WRONLY) == 0; });
  const fanio::unique_fd fd(::open(named.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600));
  const auto self = "/proc/self/fd/" + std::to_string(fd.get());
  check(
      "linkat of it", create | attrib, [&]
      { return ok(::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW)); });
}

BOOST_AUTO_TEST_CASE(X49_closing_is_told_when_the_last_copy_of_the_descriptor_goes)
{
  using enum fanio::event_mask;
  auto fd = open_file("file");
  fanio::unique_fd copy(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
  check("close of a copy", {},
        [&]
        {
          copy.reset();
          return true;
        });
  check("close of the last", close_write,
        [&]
        {
          fd.reset();
          return true;
        });
}

BOOST_AUTO_TEST_CASE(X49_what_makes_no_event)
{
  using enum fanio::event_mask;
  const auto fd = open_file("file");
  const auto path = at("file");
  const auto link = at("link");
  BOOST_REQUIRE(::symlink("file", link.c_str()) == 0);
  struct stat status{};
  std::array<char, 16> text{};

  check("writing through a mapping, and msync", {},
        [&]
        {
          auto* const page = static_cast<char*>(
              ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0));
          page[0] = 'x';
          return ok(::msync(page, 4096, MS_SYNC)) && ok(::munmap(page, 4096));
        });
  check("fsync", {}, [&] { return ok(::fsync(fd.get())); });
  check("stat", {}, [&] { return ok(::stat(path.c_str(), &status)); });
  check("access", {}, [&] { return ok(::access(path.c_str(), R_OK)); });
  check("readlink", {}, [&] { return ok(::readlink(link.c_str(), text.data(), text.size())); });
  check("O_PATH", {}, [&] { return test::try_open(path, O_PATH) == 0; });
  check("chdir", {},
        [&] { return test::forked([&] { return ::chdir(fs.path().c_str()); }).result() == 0; });
}

BOOST_AUTO_TEST_SUITE_END()
