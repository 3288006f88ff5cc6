#include "trial.hpp"

#include "patience.hpp"
#include <fanio/error.hpp>

#include <boost/asio/error.hpp>

#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fanio::tool {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void throw_errno(const char* what, const fs::path& where)
{
  throw fs::filesystem_error(what, where, std::error_code(errno, std::generic_category()));
}

} // namespace

trial::trial(asio::io_context& context, const fs::path& parent)
    : context_(context),
      directory_(make_unique_directory(parent, ""))
{}

trial::~trial()
{
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

fs::path trial::write(const std::string& name) const
{
  auto file = directory_ / name;
  constexpr std::string_view text = "text";
  const auto fd = open_file(file, O_WRONLY | O_CREAT | O_TRUNC);
  if (::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
  {
    throw_errno("write", file);
  }
  return file;
}

fanotify_handle trial::open(init_flags flags)
{
  return {context_, {.flags = flags}};
}

std::vector<event> trial::read(fanotify_handle& group, std::size_t buffer_bytes)
{
  event_buffer buffer(buffer_bytes);
  std::vector<event> taken;
  error_code failure;
  group.async_read_events(buffer,
                          [&](const error_code& ec, event_range events)
                          {
                            failure = ec;
                            for (const event_view e : events)
                            {
                              taken.push_back(e.take());
                            }
                          });
  context_.restart();
  context_.run_for(patience);
  group.cancel();
  context_.restart();
  context_.run();
  if (failure && failure != asio::error::operation_aborted)
  {
    throw boost::system::system_error(failure, "reading events");
  }
  return taken;
}

event_mask trial::read_masks(fanotify_handle& group)
{
  event_mask all{};
  do
  {
    for (const auto& e : read(group))
    {
      all |= e.mask();
    }
  }
  while (group.queued() != 0);
  return all;
}

fs::path make_unique_directory(const fs::path& parent, const std::string& prefix)
{
  auto name = (parent / (prefix + "XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr)
  {
    throw_errno("mkdtemp", parent);
  }
  return name;
}

unique_fd open_file(const fs::path& file, int flags)
{
  constexpr mode_t mode = S_IRUSR | S_IWUSR;
  unique_fd fd(::open(file.c_str(), flags | O_CLOEXEC, mode));
  if (!fd)
  {
    throw_errno("open", file);
  }
  return fd;
}

void read_byte(const unique_fd& fd)
{
  char byte = 0;
  if (::pread(fd.get(), &byte, 1, 0) != 1)
  {
    throw_errno("read", {});
  }
}

void write_byte(const unique_fd& fd)
{
  if (::pwrite(fd.get(), "w", 1, 0) != 1)
  {
    throw_errno("write", {});
  }
}

} // namespace fanio::tool
