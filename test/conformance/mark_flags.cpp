// C. What a mark is put on, and how it is taken away.

#include "support/file_scenario.hpp"

namespace utf = boost::unit_test;
using boost::test_tools::per_element;
using fanio::errc;
using fanio::error_code;
using fanio::event_mask;
using fanio::init_flags;
using fanio::mark_flags;
using fanio::mark_target;

namespace {

using masks = std::vector<event_mask>;

struct mark_flags_fixture : test::file_scenario
{
  mark_flags_fixture() { std::filesystem::create_symlink(file, symlink); }

  std::filesystem::path symlink = fs / "symlink";
  fanio::fanotify_handle group = open(init_flags::class_notif);
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(marks, mark_flags_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(C01_onlydir_marks_a_directory)
{
  group.add_mark(fs.path(), event_mask::open | event_mask::ondir, mark_target::inode,
                 mark_flags::onlydir);
  test::open_file(fs.path(), O_DIRECTORY);
  BOOST_TEST(test::masks(drain(group)) == masks{event_mask::open}, per_element());
}

BOOST_AUTO_TEST_CASE(C01_onlydir_refuses_a_file)
{
  error_code ec;
  group.add_mark(file, event_mask::open, ec, mark_target::inode, mark_flags::onlydir);
  BOOST_TEST(ec == errc::not_a_directory);
  BOOST_TEST((ec == boost::system::errc::not_a_directory));
  test::open_file(file);
  BOOST_TEST(group.queued() == 0);
}

BOOST_AUTO_TEST_CASE(C02_a_symbolic_link_that_is_marked_itself_tells_nothing_of_its_target)
{
  group.add_mark(symlink, event_mask::open, mark_target::inode, mark_flags::dont_follow);
  test::open_file(symlink);
  BOOST_TEST(group.queued() == 0);
  // It is the link that has the mark.
  error_code ec;
  group.remove_mark(file, event_mask::open, ec);
  BOOST_TEST(ec == errc::no_such_mark);
  group.remove_mark(symlink, event_mask::open, mark_target::inode, mark_flags::dont_follow);
}

BOOST_AUTO_TEST_CASE(C03_a_mark_by_a_symbolic_link_is_on_its_target)
{
  group.add_mark(symlink, event_mask::open);
  test::open_file(symlink);
  const auto events = drain(group);
  BOOST_TEST(test::masks(events) == masks{event_mask::open}, per_element());
  BOOST_TEST(test::inode_of(events.front().fd()) == test::inode_of(file));
}

BOOST_AUTO_TEST_CASE(C05_after_a_flush_nothing_is_told)
{
  group.add_mark(fs.path(), event_mask::open | event_mask::ondir);
  group.add_mark(file, event_mask::open);
  test::open_file(fs.path(), O_DIRECTORY);
  test::open_file(file);
  BOOST_TEST(drain(group).size() == 2);

  group.flush_marks(mark_target::inode);
  test::open_file(fs.path(), O_DIRECTORY);
  test::open_file(file);
  BOOST_TEST(group.queued() == 0);
  error_code ec;
  group.read_events(*buffer, ec);
  BOOST_TEST(ec == boost::asio::error::would_block);
}

BOOST_AUTO_TEST_SUITE_END()
