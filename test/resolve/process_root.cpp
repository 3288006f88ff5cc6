#include <fanio/resolve/process_root.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

#include <unistd.h>

using fanio::resolve::join_process_root;
using fanio::resolve::process_path;
using fanio::resolve::split_process_root;

BOOST_AUTO_TEST_SUITE(process_roots)

BOOST_AUTO_TEST_CASE(a_path_is_split_as_it_was_joined)
{
  for (const auto* const path : {"/", "/etc", "/a b/\xff"})
  {
    const process_path seen{4711, path};
    BOOST_TEST((split_process_root(join_process_root(seen)) == seen));
  }
  BOOST_TEST(join_process_root({4711, "/"}) == "/proc/4711/root");
  BOOST_TEST(join_process_root({4711, "/etc/fstab"}) == "/proc/4711/root/etc/fstab");
}

BOOST_AUTO_TEST_CASE(what_is_no_such_path_is_not_split)
{
  for (const auto* const path :
       {"", "/", "/etc", "/proc", "/proc/", "/proc/self/root/etc", "/proc/1", "/proc/1/rootless",
        "/proc/1/cwd", "/proc/-1/root", "/proc/99999999999999999999/root", "proc/1/root",
        "/x/proc/1/root"})
  {
    BOOST_TEST(!split_process_root(path).has_value(), path);
  }
}

BOOST_AUTO_TEST_CASE(of_this_process_it_leads_where_the_path_does)
{
  const auto path = std::filesystem::temp_directory_path();
  BOOST_TEST(std::filesystem::equivalent(join_process_root({::getpid(), path}), path));
}

BOOST_AUTO_TEST_SUITE_END()
