// What the files of /proc/PID say, and the forms of cgroup paths.

#include <fanio/resolve/process_table.hpp>

#include <boost/test/unit_test.hpp>

#include <resolve/proc_files.hpp>
#include <string>
#include <string_view>

using namespace std::string_view_literals;
using fanio::resolve::container_of;
using fanio::resolve::effective_id;
using fanio::resolve::parse_cgroup;
using fanio::resolve::parse_namespace;
using fanio::resolve::parse_stat;
using fanio::resolve::split_arguments;

namespace {

constexpr std::string_view rest_of_stat =
    " S 3 7 5 34816 7 4194304 1 2 3 4 5 6 7 8 20 0 1 0 123456 1000 2 18446744073709551615\n";

const std::string id(64, 'a');

} // namespace

BOOST_AUTO_TEST_SUITE(proc_files)

BOOST_AUTO_TEST_CASE(stat_has_the_name_the_parent_and_the_start)
{
  const auto fields = parse_stat("7 (cat)" + std::string(rest_of_stat));
  BOOST_REQUIRE(fields.has_value());
  BOOST_TEST(fields->comm == "cat");
  BOOST_TEST(fields->parent == 3);
  BOOST_TEST(fields->session == 5);
  BOOST_TEST(fields->start_time == 123456U);
}

BOOST_AUTO_TEST_CASE(a_name_may_look_like_the_rest)
{
  for (const std::string name : {") S 1 2 3 (", "a b", "", "(", ")"})
  {
    const auto fields = parse_stat("7 (" + name + ")" + std::string(rest_of_stat));
    BOOST_REQUIRE(fields.has_value());
    BOOST_TEST(fields->comm == name);
    BOOST_TEST(fields->start_time == 123456U);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_such_line_gives_nothing)
{
  for (const auto text : {""sv, "7"sv, "7 (cat"sv, "7 (cat) S"sv, "7 (cat) S 1 2 3"sv, ") ("sv})
  {
    BOOST_TEST(!parse_stat(text).has_value());
  }
}

BOOST_AUTO_TEST_CASE(the_effective_ids_are_the_second)
{
  constexpr auto status = "Name:\tcat\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\n"sv;
  BOOST_TEST(effective_id(status, "Uid").value() == 2U);
  BOOST_TEST(effective_id(status, "Gid").value() == 6U);
  BOOST_TEST(!effective_id(status, "Other").has_value());
  BOOST_TEST(!effective_id("Name:\tcat\nUid:\t1\n", "Uid").has_value());
  BOOST_TEST(!effective_id("Name:\tcat\nUid:\tx\ty\n", "Uid").has_value());
}

BOOST_AUTO_TEST_CASE(arguments_end_in_a_zero_byte)
{
  BOOST_TEST((split_arguments("a\0\0b c\0"sv) == std::vector<std::string>{"a", "", "b c"}));
  BOOST_TEST((split_arguments("a"sv) == std::vector<std::string>{"a"})); // has overwritten them
  BOOST_TEST(split_arguments("").empty());
}

BOOST_AUTO_TEST_CASE(the_unified_hierarchy_comes_first)
{
  BOOST_TEST(parse_cgroup("4:memory:/a\n1:name=systemd:/b\n0::/c\n").value() == "/c");
  BOOST_TEST(parse_cgroup("4:memory:/a\n1:name=systemd:/b\n").value() == "/a");
  BOOST_TEST(parse_cgroup("0::/a:/b\n").value() == "/a:/b");
  BOOST_TEST(!parse_cgroup("").has_value());
}

BOOST_AUTO_TEST_CASE(a_namespace_is_a_number)
{
  BOOST_TEST(parse_namespace("mnt:[4026531841]").value() == 4026531841U);
  BOOST_TEST(!parse_namespace("mnt:[]").has_value());
  BOOST_TEST(!parse_namespace("mnt").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(containers)

BOOST_AUTO_TEST_CASE(those_with_an_id)
{
  for (const auto& path : {
           "/docker/" + id,
           "/system.slice/docker-" + id + ".scope",
           "/machine.slice/libpod-" + id + ".scope/container",
           "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + id + ".scope",
           "/kubepods/besteffort/pod5c2a/" + id,
           "/kubepods.slice/kubepods-pod5c2a.slice/cri-containerd-" + id + ".scope",
           "/kubepods.slice/kubepods-pod5c2a.slice/crio-" + id + ".scope",
           "/system.slice/containerd.service/kubepods-pod5c2a.slice:cri-containerd:" + id,
           "/default/" + id,
       })
  {
    BOOST_TEST(container_of(path) == id, path);
  }
}

BOOST_AUTO_TEST_CASE(those_with_a_name)
{
  BOOST_TEST(container_of("/machine.slice/machine-web.scope/payload") == "web");
  BOOST_TEST(container_of("/machine.slice/systemd-nspawn@web.service/payload") == "web");
  BOOST_TEST(container_of("/lxc/web") == "web");
  BOOST_TEST(container_of("/lxc.payload.web/init.scope") == "web");
  BOOST_TEST(container_of("/lxc.payload/web/init.scope") == "web");
}

BOOST_AUTO_TEST_CASE(the_innermost_counts)
{
  BOOST_TEST(container_of("/lxc.payload.web/system.slice/docker-" + id + ".scope") == id);
}

BOOST_AUTO_TEST_CASE(what_is_none)
{
  for (const auto& path :
       {std::string("/"), std::string(), std::string("/user.slice/user-0.slice/session-1.scope"),
        std::string("/system.slice/docker.service"),
        "/machine.slice/libpod-conmon-" + id + ".scope",
        "/system.slice/docker-" + id.substr(1) + ".scope", std::string("/lxc.monitor.web"),
        std::string("/machine.slice/machine-.scope")})
  {
    BOOST_TEST(container_of(path) == "", path);
  }
}

BOOST_AUTO_TEST_CASE(how_many_processes_were_started_has_a_line_of_its_own)
{
  using fanio::resolve::started_processes;
  BOOST_TEST(started_processes("cpu 1 2\nctxt 5\nprocesses 3589\nprocs_running 1\n").value() ==
             3589U);
  BOOST_TEST(!started_processes("cpu 1 2\n").has_value());
  BOOST_TEST(!started_processes("cpu 1\nprocesses many\n").has_value());
  BOOST_TEST(fanio::resolve::parse_pid_max("32768\n").value() == 32768U);
  BOOST_TEST(!fanio::resolve::parse_pid_max("").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
