#pragma once

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <map>
#include <string>

namespace test {

/// The descriptors of this process and what they are.
inline std::map<int, std::string> open_descriptors()
{
  namespace fs = std::filesystem;
  std::map<int, std::string> open;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd"))
  {
    std::error_code gone; // the directory's own descriptor is one of them
    const auto what = fs::read_symlink(entry.path(), gone);
    if (!gone && !what.string().ends_with("/fd"))
    {
      open.emplace(std::stoi(entry.path().filename()), what.string());
    }
  }
  return open;
}

/// A fixture: fails the case if it leaves a descriptor open, or closes one that is not its own.
class fd_census
{
public:
  fd_census() = default;

  fd_census(const fd_census&) = delete;
  fd_census& operator=(const fd_census&) = delete;

  ~fd_census()
  {
    const auto after = open_descriptors();
    for (const auto& [fd, what] : after)
    {
      BOOST_CHECK_MESSAGE(before_.contains(fd), "descriptor " << fd << " leaks: " << what);
    }
    for (const auto& [fd, what] : before_)
    {
      BOOST_CHECK_MESSAGE(after.contains(fd), "descriptor " << fd << " was closed: " << what);
    }
  }

private:
  std::map<int, std::string> before_ = open_descriptors();
};

} // namespace test
