// Whose a descriptor is: every fd and pidfd that a read brings is closed or handed over, once. The
// fixture counts them.

#include "support/context_fixture.hpp"
#include "support/requires.hpp"
#include <fanio/event.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace utf = boost::unit_test;
using fanio::event;
using fanio::event_buffer;
using fanio::event_mask;
using fanio::event_view;
using fanio::fanotify_handle;
using fanio::init_flags;

namespace {

bool is_open(int fd)
{
  return ::fcntl(fd, F_GETFD) >= 0;
}

struct ownership_fixture : test::context_fixture
{
  /// A group with so many events queued, each with an fd and a pidfd.
  fanotify_handle group_with(int events)
  {
    fanotify_handle group(context, {.flags = init_flags::report_pidfd});
    for (int i = 0; i < events; ++i)
    {
      const auto file = directory.write("f" + std::to_string(i));
      group.add_mark(file, event_mask::open);
      test::try_open(file);
    }
    return group;
  }

  event_buffer buffer{65536};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(ownership, ownership_fixture,
                         *utf::precondition(test::has<init_flags::report_pidfd>))

BOOST_AUTO_TEST_CASE(a_buffer_that_is_never_looked_at_closes_everything)
{
  auto group = group_with(100);
  BOOST_TEST(group.read_events(buffer).size() == 100);
  buffer.clear();
}

BOOST_AUTO_TEST_CASE(what_was_taken_out_of_the_middle_stays_open)
{
  auto group = group_with(10);
  std::vector<fanio::unique_fd> kept;
  int i = 0;
  for (const event_view e : group.read_events(buffer))
  {
    if (++i % 3 == 0)
    {
      kept.push_back(e.take_fd());
      kept.push_back(e.take_pidfd());
      BOOST_TEST(e.fd() == -1);
      BOOST_TEST(e.pidfd() == -1);
    }
  }
  buffer.clear();
  BOOST_TEST(kept.size() == 6);
  for (const auto& fd : kept)
  {
    BOOST_TEST(is_open(fd.get()));
  }
}

BOOST_AUTO_TEST_CASE(descriptors_of_others_between_those_of_a_buffer_are_left_alone)
{
  auto group = group_with(20);
  // Holes, so that the buffer's numbers are no single run and others lie between them.
  std::vector<fanio::unique_fd> others;
  for (int i = 0; i < 30; ++i)
  {
    others.emplace_back(::fcntl(0, F_DUPFD_CLOEXEC, 0));
  }
  for (std::size_t i = 0; i < others.size(); i += 3)
  {
    others[i].reset();
  }
  BOOST_TEST(group.read_events(buffer).size() == 20);
  buffer.clear();
  for (std::size_t i = 0; i < others.size(); ++i)
  {
    BOOST_TEST(is_open(others[i].get()) == (i % 3 != 0));
  }
}

BOOST_AUTO_TEST_CASE(an_event_outlives_its_buffer_and_its_handle)
{
  std::optional<event> taken;
  {
    auto group = group_with(2);
    event_buffer local;
    taken = group.read_events(local).front().take();
  }
  BOOST_TEST(is_open(taken->fd()));
  BOOST_TEST(is_open(taken->pidfd()));
  BOOST_TEST(taken->mask() == event_mask::open);
  const int fd = taken->fd();
  taken.reset();
  BOOST_TEST(!is_open(fd));
}

BOOST_AUTO_TEST_CASE(a_buffer_outlives_its_handle)
{
  {
    auto group = group_with(2);
    BOOST_TEST(group.read_events(buffer).size() == 2);
  }
  const int fd = buffer.events().front().fd();
  BOOST_TEST(is_open(fd));
  buffer.clear();
  BOOST_TEST(!is_open(fd));
}

BOOST_AUTO_TEST_CASE(a_buffer_outlives_its_context)
{
  std::optional<boost::asio::io_context> other(std::in_place);
  {
    fanotify_handle group(*other, fanio::group_options{});
    const auto file = directory.write("file");
    group.add_mark(file, event_mask::open);
    test::try_open(file);
    BOOST_TEST(group.read_events(buffer).size() == 1);
  }
  other.reset();
  BOOST_TEST(is_open(buffer.events().front().fd()));
}

BOOST_AUTO_TEST_CASE(a_moved_buffer_closes_once)
{
  auto group = group_with(3);
  group.read_events(buffer);
  event_buffer moved(std::move(buffer));
  event_buffer assigned;
  assigned = std::move(moved);
  BOOST_TEST(assigned.events().size() == 3);
}

BOOST_AUTO_TEST_CASE(assigning_to_a_buffer_ends_the_life_of_what_it_held)
{
  auto group = group_with(3);
  const int fd = group.read_events(buffer).front().fd();
  buffer = event_buffer();
  BOOST_TEST(!is_open(fd));
}

BOOST_AUTO_TEST_CASE(one_buffer_serves_several_groups)
{
  auto first = group_with(3);
  auto second = watch_directory();
  directory.write("new");
  BOOST_TEST(first.read_events(buffer).size() == 3);
  BOOST_TEST(second.read_events(buffer).front().name().has_value());
  BOOST_TEST(buffer.events().size() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
