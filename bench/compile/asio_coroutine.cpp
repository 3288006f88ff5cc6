// Prints the names of what is made in a directory: Asio with a coroutine, which reads the group as
// it reads any descriptor, and the kernel's structures.

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdio>

#include <fcntl.h>
#include <sys/fanotify.h>

boost::asio::awaitable<void> watch(boost::asio::posix::stream_descriptor group)
{
  for (alignas(8) char buffer[65536];;)
  {
    auto length =
        co_await group.async_read_some(boost::asio::buffer(buffer), boost::asio::use_awaitable);
    const auto* e = reinterpret_cast<const fanotify_event_metadata*>(buffer);
    for (; FAN_EVENT_OK(e, length); e = FAN_EVENT_NEXT(e, length))
    {
      const auto* info = reinterpret_cast<const fanotify_event_info_fid*>(e + 1);
      const auto* handle = reinterpret_cast<const file_handle*>(info->handle);
      std::puts(reinterpret_cast<const char*>(handle->f_handle) + handle->handle_bytes);
    }
  }
}

int main(int, char** argv)
{
  const int fd = fanotify_init(FAN_REPORT_DFID_NAME | FAN_NONBLOCK, O_RDONLY);
  fanotify_mark(fd, FAN_MARK_ADD, FAN_CREATE | FAN_EVENT_ON_CHILD, AT_FDCWD, argv[1]);
  boost::asio::io_context context;
  boost::asio::co_spawn(context, watch(boost::asio::posix::stream_descriptor(context, fd)),
                        boost::asio::detached);
  context.run();
}
