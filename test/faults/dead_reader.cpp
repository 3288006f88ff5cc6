// The process that reads is killed, or stands still, while many wait for its answers.

#include "faults/crowd.hpp"

#include <boost/asio/io_context.hpp>

namespace utf = boost::unit_test;
using fanio::event;
using fanio::event_buffer;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::group_options;
using fanio::init_flags;
using fanio::mark_target;
using fanio::response;
using test::fail_closed;

namespace {

/// A reader of its own process. It stops itself when the file is guarded, and again when `act` on
/// the group has ended.
class reader : public test::forked
{
public:
  template <typename Action>
  reader(const std::filesystem::path& file, const group_options& options, Action act)
      : forked(
            [=]
            {
              boost::asio::io_context context;
              fanotify_handle group(context, options);
              group.add_mark(file, event_mask::open_perm);
              ::raise(SIGSTOP);
              act(group);
              return 0;
            })
  {
    test::await_stopped(*this);
  }

  void go_on() const { ::kill(pid(), SIGCONT); }

  void kill() const { ::kill(pid(), SIGKILL); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(dead_reader, test::guarded_file, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(who_is_queued_goes_on_when_the_reader_is_killed)
{
  reader process(file, content, [](fanotify_handle&) {});
  test::crowd openers(file);
  openers.await_blocked();
  process.kill();
  BOOST_TEST(openers.ended_with(0) == openers.size());
}

// A fail-closed group is so for as long as its process lives: the kernel lets pass what is left.
BOOST_AUTO_TEST_CASE(and_so_does_who_was_read_whatever_the_default_verdict_is)
{
  reader process(file, fail_closed,
                 [](fanotify_handle& group)
                 {
                   event_buffer some(50 * 24);
                   std::vector<event> taken;
                   for (const auto e : group.read_events(some))
                   {
                     taken.push_back(e.take());
                   }
                   event_buffer others(50 * 24);
                   group.read_events(others);
                   ::raise(SIGSTOP);
                 });
  test::crowd openers(file);
  openers.await_blocked();
  process.go_on();
  test::await_stopped(process);
  process.kill();
  BOOST_TEST(openers.ended_with(0) == openers.size());
}

// The kernel would let him wait for ever whose way leads through two groups of a process that ends,
// by marks of different kinds, and whose request is the second to go.
BOOST_AUTO_TEST_CASE(and_who_is_in_another_group_of_the_reader_too)
{
  const auto top = fs.path();
  reader process(file, content,
                 [top](fanotify_handle& group)
                 {
                   group.add_mark(top, event_mask::open_perm, mark_target::mount);
                   boost::asio::io_context another;
                   fanotify_handle other(another, {.flags = init_flags::report_fid});
                   other.add_mark(top, event_mask::open, mark_target::filesystem);
                   ::raise(SIGSTOP);
                 });
  process.go_on();
  test::await_stopped(process);
  test::opener opener(file);
  test::await_blocked(opener);
  process.kill();
  BOOST_TEST(opener.result() == 0);
}

BOOST_AUTO_TEST_CASE(a_reader_that_was_stopped_answers_everybody_when_it_goes_on)
{
  reader process(file, content,
                 [](fanotify_handle& group)
                 {
                   event_buffer requests;
                   for (std::size_t answered = 0; answered < test::crowd::usual_size;)
                   {
                     answered += group.respond(group.read_events(requests), response::deny());
                   }
                 });
  test::crowd openers(file);
  openers.await_blocked();
  process.go_on();
  BOOST_TEST(openers.ended_with(EPERM) == openers.size());
  BOOST_TEST(process.result() == 0);
}

BOOST_AUTO_TEST_CASE(and_one_that_was_stopped_with_half_of_them_read)
{
  reader process(file, content,
                 [](fanotify_handle& group)
                 {
                   event_buffer some(100 * 24);
                   const auto half = group.read_events(some);
                   std::size_t answered = 0;
                   for (const auto e : half)
                   {
                     ::raise(answered == half.size() / 2 ? SIGSTOP : 0);
                     group.respond(e, response::deny());
                     ++answered;
                   }
                   for (event_buffer rest; answered < test::crowd::usual_size;)
                   {
                     answered += group.respond(group.read_events(rest), response::deny());
                   }
                 });
  test::crowd openers(file);
  openers.await_blocked();
  process.go_on();
  test::await_stopped(process);
  process.go_on();
  BOOST_TEST(openers.ended_with(EPERM) == openers.size());
  BOOST_TEST(process.result() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
