#include "storm.hpp"

#include "check.hpp"
#include <fanio/unique_fd.hpp>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fanio::bench {

namespace {

namespace fs = std::filesystem;

/// The paths of a storm, put together in one buffer: what the workload takes beside its system
/// calls is not to be seen in its time.
class path_writer
{
public:
  explicit path_writer(const storm& of)
      : path_(of.root.native()),
        base_(path_.size()),
        depth_(of.depth)
  {}

  [[nodiscard]] const char* directory(std::size_t number)
  {
    path_.resize(base_);
    for (auto outer = number - number % depth_; outer <= number; ++outer)
    {
      path_ += "/d";
      append(outer);
    }
    return path_.c_str();
  }

  [[nodiscard]] const char* file(std::size_t in_directory, std::size_t number,
                                 std::string_view prefix = "/f")
  {
    static_cast<void>(directory(in_directory));
    path_ += prefix;
    append(number);
    return path_.c_str();
  }

private:
  void append(std::size_t number)
  {
    char digits[20];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
    path_.append(std::begin(digits), end);
  }

  std::string path_;
  std::size_t base_; // the length of the root
  std::size_t depth_;
};

void open_and_close(const char* path, int flags)
{
  const unique_fd file(open(path, flags | O_CLOEXEC, 0600));
  check(file.get(), path);
}

/// Does `operation(directory, number of the file)` for all files of a storm, round and round its
/// directories.
template <typename Operation>
void for_each_file(const storm& s, Operation operation)
{
  for (std::size_t i = 0; i < s.operations; ++i)
  {
    operation(i % s.directories, i);
  }
}

void create(const storm& s)
{
  path_writer path(s);
  for_each_file(s, [&](std::size_t directory, std::size_t number)
                { open_and_close(path.file(directory, number), O_CREAT | O_EXCL | O_WRONLY); });
}

void open_close(const storm& s)
{
  path_writer path(s);
  for_each_file(s, [&](std::size_t directory, std::size_t number)
                { open_and_close(path.file(directory, number), O_RDONLY); });
}

void churn(const storm& s)
{
  path_writer path(s);
  path_writer renamed(s);
  for_each_file(s,
                [&](std::size_t directory, std::size_t number)
                {
                  const auto* const before = path.file(directory, number);
                  const auto* const after = renamed.file(directory, number, "/r");
                  open_and_close(before, O_CREAT | O_EXCL | O_WRONLY);
                  check(std::rename(before, after), before);
                  check(unlink(after), after);
                });
}

} // namespace

void storm::prepare() const
{
  fs::create_directories(root);
  path_writer path(*this);
  for (std::size_t i = 0; i < directories; ++i)
  {
    check(mkdir(path.directory(i), 0700), path.directory(i));
  }
  if (kind == storm_kind::open_close)
  {
    create(*this);
  }
}

std::chrono::nanoseconds storm::blow() const
{
  const auto start = std::chrono::steady_clock::now();
  switch (kind)
  {
  case storm_kind::create:
    create(*this);
    break;
  case storm_kind::open_close:
    open_close(*this);
    break;
  case storm_kind::churn:
    churn(*this);
    break;
  }
  return std::chrono::steady_clock::now() - start;
}

void storm::clear() const
{
  for (const auto& entry : fs::directory_iterator(root))
  {
    fs::remove_all(entry.path());
  }
}

} // namespace fanio::bench
