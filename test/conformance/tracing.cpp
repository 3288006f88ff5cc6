// U. The kernel's own tracing is a filesystem too, and a write to it is told as any other.

#include "support/scenario.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace utf = boost::unit_test;
using fanio::event_mask;
using fanio::init_flags;
using fanio::mark_target;

namespace {

/// A precondition. Asks in a child, which mounts tracefs for itself.
boost::test_tools::assertion_result has_kprobes(utf::test_unit_id id)
{
  if (const auto privileged = test::is_privileged(id); !privileged)
  {
    return privileged;
  }
  test::forked process(
      []
      {
        test::enter_private_mounts();
        const test::mount_point tracefs("tracefs", "tracefs");
        return ::access((tracefs / "kprobe_events").c_str(), W_OK);
      });
  return test::needs(process.result() == 0, "tracefs with kprobe_events (CONFIG_KPROBE_EVENTS)");
}

struct tracing_fixture : test::scenario
{
  void write_to(const std::string& name, const std::string& text) const
  {
    const fanio::unique_fd fd(::open((tracefs / name).c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    BOOST_REQUIRE(::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }

  test::mount_point tracefs{"tracefs", "tracefs"};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(tracing, tracing_fixture, *utf::precondition(has_kprobes))

BOOST_AUTO_TEST_CASE(U01_every_write_to_tracefs_is_told)
{
  const auto probe = "fanio_" + std::to_string(::getpid());
  const auto enable = "events/kprobes/" + probe + "/enable";
  auto group = open(init_flags::class_notif);
  group.add_mark(tracefs.path(), event_mask::modify, mark_target::mount);
  const auto check = [&](const std::string& name, const std::string& text)
  {
    write_to(name, text);
    const auto events = drain(group);
    BOOST_TEST(events.size() == 1U);
    BOOST_TEST(test::merged(events) == event_mask::modify);
  };
  check("kprobe_events", "p:" + probe + " do_sys_openat2");
  check(enable, "1");
  check(enable, "0");
  check("kprobe_events", "-:" + probe);
}

BOOST_AUTO_TEST_SUITE_END()
