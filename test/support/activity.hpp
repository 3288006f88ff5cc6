#pragma once

#include "forked.hpp"
#include <fanio/unique_fd.hpp>

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/// What makes events: done by this process, or by a child.
namespace test {

/// Opens a file, which must succeed.
inline fanio::unique_fd open_file(const std::filesystem::path& file, int flags = O_RDONLY)
{
  constexpr mode_t mode = 0600; // of a file that O_CREAT makes
  fanio::unique_fd fd(::open(file.c_str(), flags | O_CLOEXEC, mode));
  BOOST_REQUIRE_MESSAGE(fd, "opening " << file);
  return fd;
}

/// Reads the first byte.
inline void read_byte(const fanio::unique_fd& file)
{
  char byte = 0;
  BOOST_REQUIRE(::pread(file.get(), &byte, 1, 0) == 1);
}

/// Writes the first byte.
inline void write_byte(const fanio::unique_fd& file)
{
  BOOST_REQUIRE(::pwrite(file.get(), "w", 1, 0) == 1);
}

/// Opens a file, writes to it and closes it.
inline void modify(const std::filesystem::path& file)
{
  write_byte(open_file(file, O_WRONLY));
}

/// A program that does nothing and succeeds, as a file of the test's own.
inline std::filesystem::path copy_program(const std::filesystem::path& to)
{
  std::filesystem::copy_file("/bin/true", to);
  return to;
}

/// Becomes a program; the errno if that fails.
inline int execute(const std::filesystem::path& program)
{
  ::execl(program.c_str(), program.c_str(), nullptr);
  return errno;
}

/// A child that becomes a program and ends as this does, or with the errno.
class executor : public forked
{
public:
  explicit executor(const std::filesystem::path& program) : forked([&] { return execute(program); })
  {}
};

/// Which file a descriptor has open.
inline ino_t inode_of(int fd)
{
  struct stat status{};
  BOOST_REQUIRE(::fstat(fd, &status) == 0);
  return status.st_ino;
}

inline ino_t inode_of(const std::filesystem::path& file)
{
  struct stat status{};
  BOOST_REQUIRE(::stat(file.c_str(), &status) == 0);
  return status.st_ino;
}

} // namespace test
