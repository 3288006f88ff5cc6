#pragma once

#include "printing.hpp"
#include <fanio/basic_fanotify_handle.hpp>
#include <fanio/error.hpp>

#include <boost/test/unit_test.hpp>

#include <cerrno>

#include <fcntl.h>
#include <sys/fanotify.h>

namespace test {

/// A call of fanotify_mark(2), but for its object.
struct mark_words
{
  fanio::mark_flags flags{};
  fanio::mark_target target{};
  fanio::event_mask mask{};
};

/// The kernel refuses, and the error names the rule that was broken; the errno is that of the rule.
inline void check_refused(fanio::fanotify_handle& group, const mark_words& words,
                          const fanio::location& where, fanio::errc why)
{
  BOOST_TEST_CONTEXT(to_string(group.flags())
                     << ": " << to_string(words.flags) << ' ' << to_string(words.target) << ' '
                     << to_string(words.mask))
  {
    fanio::error_code ec;
    group.mark(words.flags, words.target, words.mask, where, ec);
    BOOST_TEST(ec == why);
    BOOST_TEST(::fanotify_mark(group.native_handle(),
                               to_underlying(words.flags) | static_cast<unsigned>(words.target),
                               to_underlying(words.mask), where.dirfd(), where.path()) == -1);
    BOOST_TEST(make_error_code(why).default_error_condition().value() == errno);
  }
}

/// The same for adding a mark.
inline void check_add_refused(fanio::fanotify_handle& group, const fanio::location& where,
                              fanio::event_mask mask, fanio::mark_target target, fanio::errc why,
                              fanio::mark_flags flags = {})
{
  check_refused(group, {fanio::mark_flags::add | flags, target, mask}, where, why);
}

} // namespace test
