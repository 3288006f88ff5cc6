#include "synthetic_events.hpp"

#include <fanio/event_buffer.hpp>

#include <support/event_bytes.hpp>

#include <unistd.h>

namespace fanio::bench {

namespace {

/// Handles of files have numbers above those of all directories.
constexpr std::uint32_t first_file = 1'000'000;

/// "file-000042.txt": all are of one length, and so are the events.
std::string file_name(std::size_t number)
{
  return "file-" + std::to_string(1'000'000 + number % 1'000'000).substr(1) + ".txt";
}

file_handle handle_of_file(std::size_t number)
{
  return test::make_handle(first_file + static_cast<std::uint32_t>(number));
}

test::event_bytes one(event_mask mask)
{
  return std::move(test::event_bytes(mask).pid(::getpid()));
}

/// So many of every kind fit into the default buffer.
constexpr std::size_t events_of_a_read = 25;

template <typename Make>
synthetic_events one_read(init_flags group, const Make& make)
{
  synthetic_events events{.group = group, .bytes = {}, .count = events_of_a_read};
  for (std::size_t i = 0; i < events_of_a_read; ++i)
  {
    const auto next = make(i).bytes();
    events.bytes.insert(events.bytes.end(), next.begin(), next.end());
  }
  return events;
}

} // namespace

file_handle directory_handle(std::size_t number)
{
  return test::make_handle(static_cast<std::uint32_t>(number + 1));
}

std::string directory_name(std::size_t number)
{
  return "directory" + std::to_string(number);
}

synthetic_events events_with_fd()
{
  return one_read({}, [](std::size_t i)
                  { return one(event_mask::open).fd(static_cast<std::int32_t>(i) + 10); });
}

synthetic_events events_with_fd_and_pidfd()
{
  return one_read(init_flags::report_pidfd,
                  [](std::size_t i)
                  {
                    const auto fd = static_cast<std::int32_t>(2 * i) + 10;
                    return one(event_mask::open).fd(fd).pidfd(fd + 1);
                  });
}

synthetic_events permission_events()
{
  return one_read(init_flags::class_content, [](std::size_t i)
                  { return one(event_mask::open_perm).fd(static_cast<std::int32_t>(i) + 10); });
}

synthetic_events events_with_fid()
{
  return one_read(init_flags::report_fid,
                  [](std::size_t i) { return one(event_mask::modify).fid(handle_of_file(i)); });
}

synthetic_events events_with_names()
{
  return one_read(init_flags::report_dfid_name, [](std::size_t i)
                  { return one(event_mask::create).dfid_name(directory_handle(i), file_name(i)); });
}

synthetic_events renames()
{
  return one_read(init_flags::report_dfid_name_target,
                  [](std::size_t i)
                  {
                    return one(event_mask::rename)
                        .old_dfid_name(directory_handle(i), file_name(i))
                        .new_dfid_name(directory_handle(i + 1), file_name(i))
                        .fid(handle_of_file(i));
                  });
}

synthetic_events events_in_directories(std::size_t count, std::size_t directories, std::size_t run)
{
  synthetic_events events{.group = init_flags::report_dfid_name, .bytes = {}, .count = count};
  for (std::size_t i = 0; i < count; ++i)
  {
    const auto directory = directory_handle(i / run % directories);
    const auto next = one(event_mask::create).dfid_name(directory, file_name(i)).bytes();
    events.bytes.insert(events.bytes.end(), next.begin(), next.end());
  }
  return events;
}

} // namespace fanio::bench
