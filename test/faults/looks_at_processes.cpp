// What it takes to know a process that starts: while one is looked at, others end.

#include "failing_calls.hpp"
#include "support/forked.hpp"
#include <fanio/resolve/process_table.hpp>

#include <chrono>
#include <cstddef>

#include <unistd.h>

using fanio::resolve::process_table;

namespace {

struct looks_fixture
{
  /// How many system calls the table makes to hear of the child's start at this time.
  std::size_t calls_of_note(process_table& table, std::chrono::steady_clock::time_point when)
  {
    const auto before = test::calls_made();
    table.note(child.pid(), when);
    return test::calls_made() - before;
  }

  test::forked child{[] { return ::pause(); }};
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(looks_at_processes, looks_fixture)

BOOST_AUTO_TEST_CASE(several_starts_of_one_that_were_told_together_take_one_look)
{
  process_table table({.remember_ended = true});
  BOOST_TEST(calls_of_note(table, start) > 0U);
  BOOST_TEST(calls_of_note(table, start) == 0U);
  BOOST_TEST(calls_of_note(table, std::chrono::steady_clock::now()) > 0U);
}

BOOST_AUTO_TEST_CASE(a_start_of_one_that_was_seen_since_takes_none)
{
  process_table table({.remember_ended = true});
  BOOST_REQUIRE(table.find(child.pid()) != nullptr);
  BOOST_TEST(calls_of_note(table, start) == 0U);
  table.start_batch();
  BOOST_TEST(calls_of_note(table, start) == 0U);
}

BOOST_AUTO_TEST_CASE(details_that_nobody_wants_are_not_read)
{
  process_table all({.remember_ended = true});
  process_table names({.remember_ended = true, .note_details = false});
  BOOST_TEST(calls_of_note(names, start) < calls_of_note(all, start));
  const test::failing_call link("readlinkat", ENOENT, 1);
  names.note(child.pid());
  BOOST_TEST(!link.has_struck());
}

BOOST_AUTO_TEST_CASE(one_that_was_seen_is_not_looked_at_again_in_its_batch)
{
  process_table table;
  BOOST_REQUIRE(table.find(child.pid()) != nullptr);
  const auto before = test::calls_made();
  BOOST_TEST(table.find(child.pid()) != nullptr);
  BOOST_TEST(test::calls_made() == before);
}

BOOST_AUTO_TEST_SUITE_END()
