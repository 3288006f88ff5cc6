#include "running_trace.hpp"
#include "support/contains.hpp"
#include "support/in_child.hpp"
#include "support/mounts.hpp"
#include "support/requires.hpp"
#include "support/temp_directory.hpp"
#include <fanio/basic_fanotify_handle.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/mount.h>
#include <unistd.h>

namespace fs = std::filesystem;
namespace json = boost::json;

using test::contains;

namespace {

/// What `fanio doctor` prints.
std::string ask(std::vector<std::string> arguments = {}, test::user as = test::user::same)
{
  arguments.insert(arguments.begin(), "doctor");
  test::child doctor(test::fanio_command(std::move(arguments)), as);
  auto text = doctor.read_all(test::child::out);
  BOOST_TEST(doctor.read_all(test::child::err) == "");
  BOOST_TEST(doctor.wait() == 0);
  return text;
}

/// What it tells of the filesystems at a path.
std::vector<json::object> rows_of(const std::string& point, test::user as = test::user::same)
{
  const auto report = json::parse(ask({"--json"}, as)).as_object();
  std::vector<json::object> rows;
  for (const auto& row : report.at("filesystems").as_array())
  {
    if (row.at("point").as_string() == point)
    {
      rows.push_back(row.as_object());
    }
  }
  return rows;
}

/// What is mounted in it is seen by it and its children only.
template <typename Part>
void with_private_mounts(const Part& part)
{
  test::in_child(
      [&part]
      {
        test::enter_private_mounts();
        part();
      });
}

} // namespace

BOOST_AUTO_TEST_SUITE(doctor)

BOOST_AUTO_TEST_CASE(it_lists_flags_by_the_names_of_the_kernel)
{
  const auto text = ask();
  for (const auto* name :
       {"FAN_CLASS_NOTIF", "FAN_REPORT_FD_ERROR", "FAN_REPORT_MNT", "FAN_OPEN", "FAN_DELETE",
        "FAN_PRE_ACCESS", "FAN_MARK_FILESYSTEM", "FAN_MARK_MNTNS", "FAN_MARK_EVICTABLE",
        "FAN_ALLOW", "FAN_DENY_ERRNO(EBUSY)", "FAN_DENY|FAN_AUDIT|FAN_INFO"})
  {
    BOOST_TEST(contains(text, std::string("  ") + name + " "), name);
  }
}

BOOST_AUTO_TEST_CASE(it_lists_the_limits)
{
  const auto text = ask();
  for (const auto* name : {"fs.fanotify.max_queued_events", "fs.fanotify.max_user_groups",
                           "fs.fanotify.max_user_marks", "RLIMIT_NOFILE"})
  {
    BOOST_TEST(contains(text, name), name);
  }
}

BOOST_AUTO_TEST_CASE(it_ends_with_what_root_can_do,
                     *boost::unit_test::precondition(test::is_privileged))
{
  const auto text = ask();
  BOOST_TEST(contains(text, "fanotify: yes"));
  BOOST_TEST(contains(text, "\nWith these privileges all that says yes can be used"), text);
}

BOOST_AUTO_TEST_CASE(it_ends_with_what_an_ordinary_user_can_do)
{
  const auto text = ask({}, test::user::ordinary);
  BOOST_TEST(contains(text, "fanotify: yes"));
  BOOST_TEST(contains(text, "\nWithout CAP_SYS_ADMIN in the initial user namespace"), text);
  BOOST_TEST(!contains(text, "      needs CAP_SYS_ADMIN"), text); // for each filesystem
}

BOOST_AUTO_TEST_CASE(it_lists_who_holds_groups_and_with_which_marks,
                     *boost::unit_test::precondition(test::is_privileged))
{
  const test::temp_directory directory;
  const auto file = directory.write("file");
  boost::asio::io_context context;
  fanio::fanotify_handle group(context, {.flags = fanio::init_flags::class_content});
  group.add_mark(file, fanio::event_mask::open);
  group.add_mark(directory.path(), fanio::event_mask::open);

  const auto report = json::parse(ask({"--json"})).as_object();
  const auto& held = report.at("held_groups").as_array();
  const auto mine = std::ranges::find_if(held, [](const json::value& one)
                                         { return one.at("pid") == ::getpid(); });
  BOOST_REQUIRE(mine != held.end());
  BOOST_TEST(mine->at("class").as_string() == "content");
  BOOST_TEST(mine->at("uid").to_number<unsigned>() == 0U);
  BOOST_TEST(mine->at("marks").at("inode").to_number<int>() == 2);
  BOOST_TEST(mine->at("marks").at("filesystem").to_number<int>() == 0);
  BOOST_TEST(report.at("in_use").at("groups").to_number<int>() >= 1);
  BOOST_TEST(report.at("in_use").at("marks").to_number<int>() >= 2);
  BOOST_TEST(contains(ask(), "marks: 2 inode\n"));
}

// As that of a descriptor which is closed meanwhile: to read a directory fails, too.
BOOST_AUTO_TEST_CASE(a_descriptor_that_can_not_be_read_is_passed_over,
                     *boost::unit_test::precondition(test::is_privileged))
{
  with_private_mounts(
      []
      {
        const auto unreadable = test::private_tmpfs();
        unreadable.make_directory("0");
        const auto mine = "/proc/" + std::to_string(::getpid()) + "/fdinfo";
        BOOST_REQUIRE(::mount(unreadable.path().c_str(), mine.c_str(), "", MS_BIND, "") == 0);
        BOOST_TEST(contains(ask(), "CAP_SYS_ADMIN"));
        ::umount2(mine.c_str(), MNT_DETACH);
      });
}

BOOST_AUTO_TEST_CASE(it_tells_what_can_be_watched_on_each_filesystem,
                     *boost::unit_test::precondition(test::is_privileged))
{
  const auto report = json::parse(ask({"--json"})).as_object();
  const auto& filesystems = report.at("filesystems").as_array();
  const auto of_type = [&](const char* type)
  {
    const auto found = std::ranges::find_if(filesystems, [&](const json::value& f)
                                            { return f.at("type").as_string() == type; });
    BOOST_REQUIRE(found != filesystems.end());
    return found->as_object();
  };
  const auto proc = of_type("proc");
  BOOST_TEST(proc.at("point").as_string() == "/proc");
  BOOST_TEST(proc.at("descriptors").as_string() == "yes");
  BOOST_TEST(proc.at("handles").as_string() != "yes");
  const auto may_have_none = proc.at("inode_handles").as_string() != "yes"; // before 6.6
  BOOST_TEST(contains(ask(), may_have_none ? "no       no          /proc (proc)"
                                           : "inodes   no          /proc (proc)"));
  BOOST_TEST(proc.at("pre_access").as_string() != "yes");
  BOOST_TEST(std::ranges::any_of(filesystems,
                                 [](const json::value& f) { return f.at("handles") == "yes"; }));
}

BOOST_AUTO_TEST_CASE(inode_marks_with_handles_are_for_everybody_or_for_nobody)
{
  const auto mine = rows_of("/proc");
  const auto theirs = rows_of("/proc", test::user::ordinary);
  BOOST_REQUIRE(mine.size() == 1U);
  BOOST_REQUIRE(theirs.size() == 1U);
  BOOST_TEST(mine[0].at("inode_handles") == theirs[0].at("inode_handles"));
  BOOST_TEST(theirs[0].at("handles").as_string() != "yes");
}

BOOST_AUTO_TEST_CASE(what_another_mount_hides_is_left_out,
                     *boost::unit_test::precondition(test::is_privileged))
{
  with_private_mounts(
      []
      {
        const auto below = test::private_tmpfs();
        const auto path = below.path().string();
        const auto inner = below.make_directory("inner").string();
        BOOST_REQUIRE(::mount("inner", inner.c_str(), "tmpfs", 0, "") == 0);
        BOOST_TEST(rows_of(inner).size() == 1U);
        BOOST_REQUIRE(::mount("above", path.c_str(), "ramfs", 0, "") == 0);
        const auto rows = rows_of(path);
        BOOST_TEST(rows_of(inner).empty());
        BOOST_TEST(::umount2(path.c_str(), MNT_DETACH) == 0);
        BOOST_REQUIRE(rows.size() == 1U);
        BOOST_TEST(rows[0].at("type").as_string() == "ramfs");
      });
}

BOOST_AUTO_TEST_CASE(the_same_filesystem_mounted_again_is_left_out,
                     *boost::unit_test::precondition(test::is_privileged))
{
  with_private_mounts(
      []
      {
        const auto first = test::private_tmpfs();
        const auto again = test::bind_mount(first.path());
        BOOST_TEST(rows_of(first.path()).size() == 1U);
        BOOST_TEST(rows_of(again.path()).empty());
      });
}

BOOST_AUTO_TEST_CASE(a_place_that_this_user_may_not_read_is_told_besides,
                     *boost::unit_test::precondition(test::is_privileged))
{
  with_private_mounts(
      []
      {
        const auto first = test::private_tmpfs();
        const auto closed = first.make_directory("closed");
        fs::permissions(first.path(), fs::perms::all);
        fs::permissions(closed, fs::perms::owner_all);
        const auto again = test::bind_mount(closed);
        const auto rows = rows_of(again.path(), test::user::ordinary);
        BOOST_REQUIRE(rows.size() == 1U);
        const std::string reason = rows[0].at("inode_handles").as_string().c_str();
        BOOST_TEST(reason != "yes");
        const auto text = ask({}, test::user::ordinary);
        BOOST_TEST(contains(text, again.path().string() + " (tmpfs)\n      " + reason), text);
      });
}

BOOST_AUTO_TEST_CASE(a_subvolume_that_is_mounted_is_told_with_why_not,
                     *boost::unit_test::precondition(test::is_privileged) *
                         boost::unit_test::precondition(test::has_program("btrfs")))
{
  with_private_mounts(
      []
      {
        const test::private_filesystem whole("btrfs");
        test::run_program({"btrfs", "-q", "subvolume", "create", whole / "volume"});
        const auto volume = test::bind_mount(whole / "volume");
        const auto rows = rows_of(volume.path());
        BOOST_REQUIRE(rows_of(whole.path()).size() == 1U);
        BOOST_TEST(rows_of(whole.path())[0].at("handles").as_string() == "yes");
        BOOST_REQUIRE(rows.size() == 1U);
        BOOST_TEST(rows[0].at("descriptors").as_string() == "yes");
        BOOST_TEST(rows[0].at("handles").as_string() != "yes");
        BOOST_TEST(contains(ask(), volume.path().string() + " (btrfs)\n      " +
                                       rows[0].at("handles").as_string().c_str()));
      });
}

BOOST_AUTO_TEST_CASE(without_proc_it_says_so,
                     *boost::unit_test::precondition(test::is_privileged) *
                         boost::unit_test::precondition(test::can_do_without_proc))
{
  with_private_mounts(
      []
      {
        BOOST_REQUIRE(::mount("none", "/proc", "tmpfs", 0, "") == 0);
        const auto text = ask();
        BOOST_TEST(contains(text, "\n/proc is not mounted here"), text);
        BOOST_TEST(!contains(text, "Without CAP_SYS_ADMIN"), text);
        const auto report = json::parse(ask({"--json"})).as_object();
        BOOST_TEST(report.at("privileges").at("CAP_SYS_ADMIN").is_null());
        ::umount2("/proc", MNT_DETACH);
      });
}

BOOST_AUTO_TEST_CASE(it_tells_programs_the_same)
{
  const auto report = json::parse(ask({"--json"}, test::user::ordinary)).as_object();

  BOOST_TEST(report.at("in_kernel").as_bool());
  BOOST_TEST(report.at("uid").to_number<unsigned>() != 0U);
  BOOST_TEST(!report.at("privileges").at("CAP_SYS_ADMIN").as_bool());
  BOOST_TEST(report.at("groups").at("FAN_CLASS_CONTENT").as_string() == "not permitted");
  BOOST_TEST(report.at("groups").at("FAN_REPORT_FID").as_string() == "yes");
  BOOST_TEST(report.at("events").at("FAN_CREATE").as_string() == "yes");
  BOOST_TEST(report.at("targets").at("FAN_MARK_FILESYSTEM").as_string() == "not permitted");
  BOOST_TEST(report.at("limits").at("RLIMIT_NOFILE").to_number<std::uint64_t>() > 0U);
  BOOST_TEST(report.at("summary").as_string().starts_with("Without CAP_SYS_ADMIN"));
}

BOOST_AUTO_TEST_SUITE_END()
