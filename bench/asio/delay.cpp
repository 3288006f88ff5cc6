// The probe of bench/raw/live.c on the reactor of Asio: what that takes without fanio.
//
//   PROGRAM delay DIRECTORY BOARD

#include "../raw/live_board.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <system_error>

#include <fcntl.h>
#include <sys/fanotify.h>
#include <unistd.h>

namespace {

namespace asio = boost::asio;
using group = asio::posix::stream_descriptor; // of any executor, as the handle of fanio's probe

int check(int result, const char* what)
{
  return result >= 0 ? result : throw std::system_error(errno, std::generic_category(), what);
}

int open_group(const char* directory)
{
  const int fd =
      check(fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_DFID_NAME | FAN_CLOEXEC | FAN_NONBLOCK, 0),
            "fanotify_init");
  check(fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN | FAN_EVENT_ON_CHILD, AT_FDCWD, directory),
        directory);
  return fd;
}

void note_events(group& waiting, live_board& board)
{
  alignas(fanotify_event_metadata) std::array<char, 4096> buffer;
  auto length = ::read(waiting.native_handle(), buffer.data(), buffer.size());
  auto* event = reinterpret_cast<fanotify_event_metadata*>(buffer.data());
  for (; FAN_EVENT_OK(event, length); event = FAN_EVENT_NEXT(event, length))
  {
    const std::chrono::nanoseconds now = std::chrono::steady_clock::now().time_since_epoch();
    __atomic_store_n(&board.handled_at, static_cast<std::uint64_t>(now.count()), __ATOMIC_RELEASE);
  }
}

void wait(group& waiting, live_board& board)
{
  waiting.async_wait(group::wait_read,
                     [&](boost::system::error_code ec)
                     {
                       if (!ec)
                       {
                         note_events(waiting, board);
                         wait(waiting, board);
                       }
                     });
}

void probe(const char* directory, const char* path_of_board)
{
  auto* const board = live_board_map(path_of_board);
  check(board != nullptr ? 0 : -1, path_of_board);
  asio::io_context context(1);
  group waiting(context, open_group(directory));
  wait(waiting, *board);
  std::cout << "ready" << std::endl;
  context.run();
}

} // namespace

int main(int argc, char** argv)
{
  try
  {
    argc == 4 ? probe(argv[2], argv[3]) : throw std::invalid_argument("delay DIRECTORY BOARD");
  }
  catch (const std::exception& e)
  {
    std::cout << e.what() << std::endl; // where who started it looks for "ready"
  }
  return EXIT_FAILURE;
}
