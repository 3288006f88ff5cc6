#include "output_file.hpp"

#include <fanio/unique_fd.hpp>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fanio::bench {

namespace {

[[noreturn]] void fail(const std::filesystem::path& file)
{
  throw std::system_error(errno, std::system_category(), file.string());
}

/// A new file beside the one that it may become. Removed at its end if it has not.
class draft
{
public:
  explicit draft(const std::filesystem::path& of) : name_(of.string() + ".XXXXXX")
  {
    fd_.reset(::mkostemp(name_.data(), O_CLOEXEC));
    if (!fd_)
    {
      name_.clear();
      fail(of);
    }
  }

  draft(const draft&) = delete;
  draft& operator=(const draft&) = delete;

  ~draft()
  {
    if (!name_.empty())
    {
      ::unlink(name_.c_str());
    }
  }

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }

  void become(const std::filesystem::path& file)
  {
    // mkstemp(3) makes it for its owner only.
    const mode_t mask = ::umask(0);
    ::umask(mask);
    if (::fchmod(fd_.get(), 0666 & ~mask) != 0 || ::fsync(fd_.get()) != 0 ||
        ::rename(name_.c_str(), file.c_str()) != 0)
    {
      fail(file);
    }
    name_.clear();
  }

private:
  std::string name_;
  unique_fd fd_;
};

void write_all(int fd, std::string_view text, const std::filesystem::path& file)
{
  while (!text.empty())
  {
    const auto written = ::write(fd, text.data(), text.size());
    if (written < 0)
    {
      fail(file);
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// It exists, and is not replaced. A link to a file stays one: what it leads to is replaced.
bool is_special(const std::filesystem::path& file)
{
  return std::filesystem::exists(file) && !std::filesystem::is_regular_file(file);
}

std::filesystem::path target(const std::filesystem::path& file)
{
  return std::filesystem::is_symlink(file) ? std::filesystem::weakly_canonical(file) : file;
}

unique_fd open_special(const std::filesystem::path& file)
{
  unique_fd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd)
  {
    fail(file);
  }
  return fd;
}

} // namespace

void try_file(const std::filesystem::path& file)
{
  if (is_special(file))
  {
    static_cast<void>(open_special(file));
    return;
  }
  static_cast<void>(draft(target(file)));
}

void write_file(const std::filesystem::path& file, std::string_view text)
{
  if (is_special(file))
  {
    write_all(open_special(file).get(), text, file);
    return;
  }
  draft text_file(target(file));
  write_all(text_file.fd(), text, file);
  text_file.become(target(file));
}

} // namespace fanio::bench
