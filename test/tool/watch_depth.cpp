#include "running_watch.hpp"
#include "support/mounts.hpp"
#include "support/namespaces.hpp"
#include "support/requires.hpp"
#include <fanio/unique_fd.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

#include <fcntl.h>
#include <sys/stat.h>

BOOST_AUTO_TEST_SUITE(watch_depth, *boost::unit_test::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(what_is_deeper_than_a_path_can_name_is_told_though_it_was_looked_for)
{
  // Nobody else does anything there: what the watch itself does in looking must be told to the
  // resolver, or it goes on making sure of paths, which it can't of these.
  for (const std::string form : {"--json", "--csv"})
  {
    test::forked apart(
        [&form]
        {
          test::enter_private_mounts();
          const auto quiet = test::private_tmpfs();
          fanio::unique_fd in(::open(quiet.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
          for (int depth = 0; depth < 25; ++depth)
          {
            const std::string name(250, 'n');
            ::mkdirat(in.get(), name.c_str(), 0777);
            in.reset(::openat(in.get(), name.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
          }
          test::running_watch watch(test::watch_command({"-m", "-r", form, quiet.path().string()}));
          ::mkdirat(in.get(), "leaf", 0777);
          return watch.read_line(test::child::out).find("leaf") == std::string::npos ? 1 : 0;
        });
    BOOST_TEST(apart.result() == 0, form);
  }
}

BOOST_AUTO_TEST_SUITE_END()
