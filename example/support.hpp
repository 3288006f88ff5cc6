#pragma once

#include <boost/system/system_error.hpp>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <spawn.h>
#include <string>
#include <system_error>

#include <sys/wait.h>
#include <unistd.h>

/// What the examples share: a place to watch, and something that happens there.
namespace example {

/// The directory that is watched: the one of the command line, or a temporary one in which, for the
/// demonstration, another process does something.
class place
{
public:
  place(int argc, char** argv)
  {
    if (argc > 1)
    {
      directory_ = argv[1];
      std::cerr << "watching " << argv[1] << " until Ctrl-C\n";
      return;
    }
    auto name = (std::filesystem::temp_directory_path() / "fanio-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
    {
      throw std::system_error(errno, std::system_category(), name);
    }
    directory_ = name;
    is_demonstration_ = true;
  }

  place(const place&) = delete;
  place& operator=(const place&) = delete;

  ~place()
  {
    if (process_ > 0)
    {
      ::kill(process_, SIGTERM);
      ::waitpid(process_, nullptr, 0);
    }
    if (is_demonstration_)
    {
      std::error_code ignored;
      std::filesystem::remove_all(directory_, ignored);
    }
  }

  [[nodiscard]] const std::filesystem::path& directory() const noexcept { return directory_; }

  [[nodiscard]] bool is_demonstration() const noexcept { return is_demonstration_; }

  /// Has a shell run `script` there, if this is a demonstration. For when the marks are made.
  void demonstrate(std::string script)
  {
    if (!is_demonstration_)
    {
      return;
    }
    std::string shell = "sh";
    std::string option = "-ec";
    char* const arguments[] = {shell.data(), option.data(), script.data(), nullptr};
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addchdir_np(&actions, directory_.c_str());
    const int error = ::posix_spawn(&process_, "/bin/sh", &actions, nullptr, arguments, environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
    {
      throw std::system_error(error, std::system_category(), "/bin/sh");
    }
  }

private:
  std::filesystem::path directory_;
  bool is_demonstration_ = false;
  pid_t process_ = 0;
};

/// Calls the example and makes an exit status of what comes of it. 77 is for what can't be done
/// here, which is how CTest knows a test that was skipped.
inline int run(int argc, char** argv, void (*function)(place&))
{
  constexpr int skipped = 77;
  try
  {
    place where(argc, argv);
    function(where);
    return EXIT_SUCCESS;
  }
  catch (const boost::system::system_error& e)
  {
    const bool is_refused = e.code() == boost::system::errc::operation_not_permitted;
    std::cerr << argv[0] << ": " << (is_refused ? "precondition failed: needs privileges: " : "")
              << e.what() << '\n';
    return is_refused ? skipped : EXIT_FAILURE;
  }
  catch (const std::exception& e)
  {
    std::cerr << argv[0] << ": " << e.what() << '\n';
    return EXIT_FAILURE;
  }
}

} // namespace example
