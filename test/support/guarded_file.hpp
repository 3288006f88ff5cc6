#pragma once

#include "permission_fixture.hpp"
#include "scenario.hpp"

#include <cerrno>

#include <unistd.h>

namespace test {

/// A fixture of requests: a file on a filesystem of its own, and groups that ask for it.
struct guarded_file : scenario
{
  static constexpr group_options content{.flags = init_flags::class_content};
  static constexpr group_options pre_content{.flags = init_flags::class_pre_content};

  /// A group that asks for every opening of the file.
  fanotify_handle guard(const group_options& options = content)
  {
    auto group = open(options);
    group.add_mark(file, event_mask::open_perm);
    return group;
  }

  /// The one event that somebody else has caused or will cause.
  event next(fanotify_handle& group)
  {
    auto events = await(group);
    BOOST_REQUIRE(events.size() == 1);
    return std::move(events.front());
  }

  static void await_queued(const fanotify_handle& group, std::size_t events)
  {
    permission_fixture::await_queued(group, events);
  }

  private_filesystem fs;
  std::filesystem::path file = fs.write("file");
};

/// Writes bytes to a group as they are: how many it took, or minus the errno.
template <typename Bytes>
ssize_t write_raw(const fanotify_handle& group, const Bytes& bytes,
                  std::size_t size = sizeof(Bytes))
{
  const auto written = ::write(group.native_handle(), &bytes, size);
  return written < 0 ? -errno : written;
}

} // namespace test
