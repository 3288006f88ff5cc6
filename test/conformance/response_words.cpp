// X. What an asker can be told besides yes and no.

#include "support/guarded_file.hpp"

#include <sys/fanotify.h>

namespace utf = boost::unit_test;
using fanio::event_mask;
using fanio::response;

namespace {

struct response_words_fixture : test::guarded_file
{
  /// What the asker gets in a pre-content group that answers with this.
  int told(const response& r)
  {
    auto group = guard(pre_content);
    test::opener asker(file);
    group.respond(next(group), r);
    return asker.result();
  }

  bool accepted(int error) { return guard(pre_content).accepts(response::deny(error)); }

  /// Sent as it is: 8, or minus the errno, which leaves the request pending.
  ssize_t taken_raw(int error)
  {
    auto group = guard(pre_content);
    test::opener asker(file);
    const auto e = next(group);
    const fanotify_response answer{.fd = e.fd(), .response = response::deny(error).word()};
    const auto taken = test::write_raw(group, answer);
    BOOST_TEST((taken > 0 || !asker.has_ended()));
    return taken;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(response_words, response_words_fixture,
                         *utf::precondition(test::has<event_mask::pre_access>))

BOOST_AUTO_TEST_CASE(X18_the_errors_that_the_kernel_lets_a_group_choose_reach_the_asker)
{
  for (const int error : {EPERM, EIO, EBUSY, ETXTBSY, EAGAIN, ENOSPC, EDQUOT})
  {
    BOOST_TEST_CONTEXT(error)
    {
      BOOST_TEST(accepted(error));
      BOOST_TEST(taken_raw(error) == 8);
      BOOST_TEST(told(response::deny(error)) == error);
    }
  }
}

BOOST_AUTO_TEST_CASE(X18_other_errors_are_refused_and_fanio_then_denies_plainly)
{
  for (const int error : {EACCES, ENOENT, EINTR, EROFS, ETIMEDOUT, 255})
  {
    BOOST_TEST_CONTEXT(error)
    {
      BOOST_TEST(!accepted(error));
      BOOST_TEST(taken_raw(error) == -EINVAL);
      BOOST_TEST(told(response::deny(error)) == EPERM);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
