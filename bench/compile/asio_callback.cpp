// Prints the names of what is made in a directory: Asio with callbacks, which reads the group as it
// reads any descriptor, and the kernel's structures.

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstdio>
#include <functional>

#include <fcntl.h>
#include <sys/fanotify.h>

int main(int, char** argv)
{
  const int fd = fanotify_init(FAN_REPORT_DFID_NAME | FAN_NONBLOCK, O_RDONLY);
  fanotify_mark(fd, FAN_MARK_ADD, FAN_CREATE | FAN_EVENT_ON_CHILD, AT_FDCWD, argv[1]);
  boost::asio::io_context context;
  boost::asio::posix::stream_descriptor group(context, fd);
  alignas(8) char buffer[65536];
  std::function<void()> read = [&]
  {
    group.async_read_some(
        boost::asio::buffer(buffer),
        [&](const boost::system::error_code& ec, std::size_t length)
        {
          const auto* e = reinterpret_cast<const fanotify_event_metadata*>(buffer);
          for (; FAN_EVENT_OK(e, length); e = FAN_EVENT_NEXT(e, length))
          {
            const auto* info = reinterpret_cast<const fanotify_event_info_fid*>(e + 1);
            const auto* handle = reinterpret_cast<const file_handle*>(info->handle);
            std::puts(reinterpret_cast<const char*>(handle->f_handle) + handle->handle_bytes);
          }
          ec ? void() : read();
        });
  };
  read();
  context.run();
}
