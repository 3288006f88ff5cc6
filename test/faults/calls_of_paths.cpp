// How often the library asks the kernel for the paths of events: never for those in a directory
// that it knows, also where events of directories are among them.

#include "failing_calls.hpp"
#include "support/permission_fixture.hpp"
#include "support/requires.hpp"
#include <fanio/resolve/path_resolver.hpp>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace fs = std::filesystem;
namespace utf = boost::unit_test;
using fanio::event_mask;
using fanio::event_view;
using fanio::fanotify_handle;
using fanio::init_flags;

namespace {

struct calls_of_paths_fixture : test::permission_fixture
{
  static constexpr std::size_t files_at_once = 20;
  static constexpr auto created_or_deleted =
      event_mask::create | event_mask::delete_ | event_mask::ondir;

  void create_files(const std::string& name)
  {
    for (std::size_t i = 0; i < files_at_once; ++i)
    {
      std::ofstream(directory / (std::string(200, 'x') + name + std::to_string(i)));
    }
  }

  /// Reads what is queued, a few events at once. Of which of them the paths took calls?
  std::vector<std::size_t> read_all(fanotify_handle& group)
  {
    fanio::event_buffer small(4096);
    fanio::resolve::path_resolver paths;
    std::string path;
    std::vector<std::size_t> asking;
    std::size_t event = 0;
    int reads = 0;
    for (; group.queued() > 0; ++reads)
    {
      for (const event_view e : group.read_events(small))
      {
        const auto before = test::calls_made();
        paths.update(e);
        BOOST_TEST(!paths.resolve(e, path));
        if (test::calls_made() != before)
        {
          asking.push_back(event);
        }
        ++event;
      }
      paths.end_batch(group.queued());
    }
    BOOST_TEST(reads > 2);
    return asking;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(calls_of_paths, calls_of_paths_fixture,
                         *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(the_path_in_a_known_directory_takes_none)
{
  fanotify_handle group(context, {.flags = init_flags::report_dfid_name_target});
  group.add_mark(directory.path(), event_mask::open | event_mask::event_on_child);
  fanio::resolve::path_resolver paths;
  std::string path;
  const auto resolve_next = [&]
  {
    test::opener(file).result();
    const auto events = group.read_events(buffer);
    const auto before = test::calls_made();
    for (const event_view e : events)
    {
      paths.update(e);
      BOOST_TEST(!paths.resolve(e, path));
      BOOST_TEST(path == file.string());
    }
    const auto calls = test::calls_made() - before;
    paths.end_batch(group.queued());
    return calls;
  };
  BOOST_TEST(resolve_next() > 0U);
  BOOST_TEST(resolve_next() == 0U);
  const auto before = test::calls_made();
  paths.end_batch(group);
  BOOST_TEST(test::calls_made() - before == 1U); // whether the mounts have changed
}

BOOST_AUTO_TEST_CASE(a_directory_that_was_asked_for_while_more_was_queued_is_looked_at_once)
{
  fanotify_handle group(context, {.flags = init_flags::report_dfid_name_target});
  group.add_mark(directory.path(), created_or_deleted | event_mask::event_on_child);
  create_files("first");
  fs::create_directory(directory / "other");
  fs::remove(directory / "other");
  create_files("second");
  BOOST_TEST((read_all(group) == std::vector<std::size_t>{0}));
}

BOOST_AUTO_TEST_CASE(it_is_looked_at_once_more_when_a_directory_was_moved)
{
  fs::create_directory(directory / "other");
  fanotify_handle group(context, {.flags = init_flags::report_dfid_name_target});
  group.add_mark(directory.path(),
                 created_or_deleted | event_mask::rename | event_mask::event_on_child);
  create_files("first");
  fs::rename(directory / "other", directory / "another");
  create_files("second");
  BOOST_TEST((read_all(group) == std::vector<std::size_t>{0, files_at_once}));
}

BOOST_AUTO_TEST_SUITE_END()
