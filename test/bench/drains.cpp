// The raw drains of the benchmarks see what fanio sees, in the same events.

#include "harness/scratch.hpp"
#include "load/storm.hpp"
#include "raw/drain.h"
#include "support/requires.hpp"
#include <fanio/basic_fanotify_handle.hpp>
#include <fanio/resolve/path_resolver.hpp>
#include <fanio/unique_fd.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/fanotify.h>

namespace utf = boost::unit_test;
using fanio::event_mask;
using fanio::bench::scratch_mount;
using fanio::bench::storm;
using fanio::bench::storm_kind;

namespace {

constexpr std::size_t buffer_bytes = 4096;

[[nodiscard]] std::vector<std::string> kinds()
{
  std::vector<std::string> names;
  for (const auto* kind = drain_find_kind(nullptr); kind->name != nullptr; ++kind)
  {
    names.emplace_back(kind->name);
  }
  return names;
}

/// A raw group that watches a whole filesystem, with what drains it.
class raw_group
{
public:
  raw_group(const drain_kind& kind, const scratch_mount& mount, unsigned int flags)
      : run_(kind.run),
        group_(fanotify_init(kind.init_flags | FAN_CLOEXEC | FAN_NONBLOCK | flags,
                             O_RDONLY | O_CLOEXEC))
  {
    const auto* const path = mount.path().c_str();
    BOOST_REQUIRE(drain_begin(&drain_, group_.get(), buffer_bytes, path) == 0);
    BOOST_REQUIRE(fanotify_mark(group_.get(), FAN_MARK_ADD | FAN_MARK_FILESYSTEM, kind.mask,
                                AT_FDCWD, path) == 0);
  }

  raw_group(const raw_group&) = delete;
  raw_group& operator=(const raw_group&) = delete;

  ~raw_group() { drain_end(&drain_); }

  /// At least so many more, if there are, and at most what one read brings beyond.
  const drain_sums& drain(std::size_t events)
  {
    BOOST_REQUIRE(run_(&drain_, events) == 0);
    return drain_.sums;
  }

  [[nodiscard]] std::string_view last_path() const noexcept { return drain_.path; }

private:
  drain_function* run_;
  fanio::unique_fd group_;
  ::drain drain_{};
};

/// What fanio sees of the queue of another group.
class fanio_group
{
public:
  fanio_group(const drain_kind& kind, const scratch_mount& mount)
      : looks_at_(kind.name),
        group_(context_, {.flags = static_cast<fanio::init_flags>(kind.init_flags) |
                                   fanio::init_flags::unlimited_queue})
  {
    group_.non_blocking(true);
    group_.add_mark(mount.path(), static_cast<event_mask>(kind.mask),
                    fanio::mark_target::filesystem);
  }

  [[nodiscard]] drain_sums drain()
  {
    drain_sums seen{};
    fanio::event_buffer buffer(buffer_bytes);
    fanio::error_code ec;
    while (!ec)
    {
      for (const auto e : group_.read_events(buffer, ec))
      {
        ++seen.events;
        seen.masks += to_underlying(e.mask());
        seen.descriptors += e.fd() >= 0;
        seen.bytes += bytes_of(e);
      }
    }
    BOOST_TEST(ec == boost::asio::error::would_block);
    return seen;
  }

private:
  [[nodiscard]] std::size_t bytes_of(const fanio::event_view& e)
  {
    if (looks_at_.find("paths") != looks_at_.npos)
    {
      std::string path;
      BOOST_TEST(!paths_.resolve(e, path));
      return path.size();
    }
    return looks_at_ == "names"     ? e.name().value_or("").size()
           : looks_at_ == "handles" ? e.fid()->bytes().size()
                                    : 0;
  }

  std::string_view looks_at_;
  boost::asio::io_context context_;
  fanio::fanotify_handle group_;
  fanio::resolve::path_resolver paths_{{.is_updated = false}};
};

[[nodiscard]] storm storm_for(const drain_kind& kind, const scratch_mount& mount)
{
  const bool makes = kind.mask == FAN_CREATE;
  // More directories than the cache has slots at first.
  return {makes ? storm_kind::create : storm_kind::open_close, mount.path(), 600, 2000};
}

[[nodiscard]] std::size_t queue_limit()
{
  std::size_t limit = 0;
  std::ifstream("/proc/sys/fs/fanotify/max_queued_events") >> limit;
  return limit;
}

boost::test_tools::assertion_result has_short_queues(utf::test_unit_id)
{
  return test::needs(queue_limit() > 0 && queue_limit() <= 100'000,
                     "a fs.fanotify.max_queued_events of at most 100,000");
}

} // namespace

BOOST_AUTO_TEST_SUITE(raw_drains, *utf::precondition(test::is_privileged))

BOOST_DATA_TEST_CASE(see_the_same_as_fanio, utf::data::make(kinds()), name)
{
  const auto& kind = *drain_find_kind(name.c_str());
  const scratch_mount mount;
  const auto blowing = storm_for(kind, mount);
  blowing.prepare();
  raw_group raw(kind, mount, FAN_UNLIMITED_QUEUE);
  fanio_group ours(kind, mount);
  blowing.blow();

  const auto first = raw.drain(1000).events;
  BOOST_TEST(first >= 1000U);
  BOOST_TEST(first < 1000U + buffer_bytes / sizeof(fanotify_event_metadata));
  const auto& seen = raw.drain(10'000); // more than there are
  const auto expected = ours.drain();
  BOOST_TEST(expected.events == 2000U);
  BOOST_TEST(seen.events == expected.events);
  BOOST_TEST(seen.masks == expected.masks);
  BOOST_TEST(seen.descriptors == expected.descriptors);
  BOOST_TEST(seen.bytes == expected.bytes);
  BOOST_TEST(seen.overflows == 0U);
}

BOOST_AUTO_TEST_CASE(make_the_whole_path)
{
  const scratch_mount mount;
  for (const auto* const name : {"paths-cached", "paths-asked", "paths-asked-at"})
  {
    const storm blowing{storm_kind::create, mount.path(), 1, 1};
    blowing.prepare();
    raw_group raw(*drain_find_kind(name), mount, 0);
    blowing.blow();
    raw.drain(1);
    BOOST_TEST(raw.last_path() == (mount.path() / "d0" / "f0").native());
    blowing.clear();
  }
}

BOOST_AUTO_TEST_CASE(count_overflows_apart, *utf::precondition(has_short_queues))
{
  const scratch_mount mount;
  const storm blowing{storm_kind::create, mount.path(), 10, queue_limit() + 100};
  blowing.prepare();
  raw_group raw(*drain_find_kind("names"), mount, 0);
  blowing.blow();
  const auto& seen = raw.drain(blowing.operations);
  BOOST_TEST(seen.overflows == 1U);
  BOOST_TEST(seen.events == queue_limit());
}

BOOST_AUTO_TEST_CASE(are_found_by_name)
{
  BOOST_TEST(drain_find_kind("no such kind") == nullptr);
  BOOST_TEST(drain_find_kind("names")->run == drain_names);
}

BOOST_AUTO_TEST_SUITE_END()
