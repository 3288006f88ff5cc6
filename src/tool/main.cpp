#include "doctor.hpp"
#include "manual.hpp"
#include "self_test.hpp"
#include "stat_command.hpp"
#include "trace_command.hpp"
#include "watch_command.hpp"
#include <fanio/version.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace {

using fanio::tool::trace_options;

std::string version()
{
  const auto part = [](int divisor) { return std::to_string(FANIO_VERSION / divisor % 100); };
  return "fanio " + part(10000) + "." + part(100) + "." + part(1);
}

struct doctor_options
{
  bool json = false;
  bool self_test = false;
  std::string directory;
};

const CLI::App* add_doctor(CLI::App& app, doctor_options& options)
{
  auto* doctor = app.add_subcommand("doctor", "Print what this kernel and this user can do");
  doctor->add_flag("--json", options.json, "Print JSON");
  auto* self_test = doctor->add_flag(
      "--self-test", options.self_test,
      "Try on this kernel what programs rely on, and print a table; exit status 1 if it differs, 2 "
      "if it could not be tried");
  doctor
      ->add_option("DIR", options.directory,
                   "Where to make the files of the self-test: on the filesystem to be tested; "
                   "default: that of temporary files")
      ->needs(self_test);
  return doctor;
}

/// The exit status.
int run_doctor(const doctor_options& options)
{
  if (!options.self_test)
  {
    fanio::tool::doctor(options.json);
    return 0;
  }
  const auto directory = options.directory.empty() ? std::filesystem::temp_directory_path().string()
                                                   : options.directory;
  return fanio::tool::self_test(directory, options.json);
}

/// Standard descriptors that are closed would be taken by the next file that is opened, and written
/// to. Returns whether standard output was open.
bool keep_standard_descriptors()
{
  const bool has_output = ::fcntl(STDOUT_FILENO, F_GETFD) >= 0;
  while (true)
  {
    const int fd = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (fd < 0 || fd > STDERR_FILENO)
    {
      ::close(fd);
      return has_output;
    }
  }
}

/// Into a directory, for the build: man pages, and the completion for bash.
int write_manual(const CLI::App& app, const std::filesystem::path& directory)
{
  bool is_written = true;
  const auto write = [&](const std::string& name, const std::string& text)
  {
    std::ofstream out(directory / name);
    out << text;
    is_written = out.flush().good() && is_written;
  };
  write("fanio", fanio::tool::bash_completion(app));
  write("fanio.1", fanio::tool::manual_page(app, nullptr));
  for (const auto* const command : app.get_subcommands([](const CLI::App*) { return true; }))
  {
    write("fanio-" + command->get_name() + ".1", fanio::tool::manual_page(app, command));
  }
  return is_written ? 0 : 1;
}

} // namespace

// What escapes from here is want of memory, which may well end the program.
// NOLINTNEXTLINE(bugprone-exception-escape)
int main(int argc, char** argv)
{
  const bool has_output = keep_standard_descriptors();
  CLI::App app("Shows what happens to files, by Linux fanotify", "fanio");
  app.set_version_flag("--version", version());
  app.require_subcommand(1);
  trace_options options;
  doctor_options examination;
  fanio::tool::add_trace(app, options);
  const auto* doctor = add_doctor(app, examination);
  fanio::tool::watch_words watched;
  const auto* watch = fanio::tool::add_watch(app, watched);
  fanio::tool::stat_words counted;
  const auto* stat = fanio::tool::add_stat(app, counted);
  if (argc == 3 && std::string_view(argv[1]) == "--write-manual")
  {
    return write_manual(app, argv[2]);
  }
  try
  {
    app.parse(argc, argv);
  }
  catch (const CLI::RequiredError& e)
  {
    // No command was found: it is more use to be told which one was looked for.
    const bool has_word = argc > 1 && app.get_subcommands().empty();
    has_word ? app.exit(CLI::ExtrasError("fanio", {argv[1]})) : app.exit(e);
    return 1;
  }
  catch (const CLI::ParseError& e)
  {
    const int status = app.exit(e);
    return std::min(status, 1); // after --help it is 0
  }
  const auto* command = app.get_subcommands().front();
  try
  {
    if (!has_output)
    {
      throw std::runtime_error("standard output: it is closed");
    }
    if (command == doctor)
    {
      return run_doctor(examination);
    }
    if (::access("/proc/self/fd", F_OK) != 0)
    {
      throw std::runtime_error(
          "needs /proc, which tells mounts, paths and processes: mount -t proc "
          "proc /proc");
    }
    if (command == watch)
    {
      return fanio::tool::run_watch(watched);
    }
    if (command == stat)
    {
      fanio::tool::run_stat(counted);
      return 0;
    }
    fanio::tool::trace(options);
  }
  catch (const std::exception& e)
  {
    std::cerr << "fanio " << command->get_name() << ": " << e.what() << '\n';
    constexpr int not_tried = 2; // of a self-test, 1 says that something differed
    return examination.self_test ? not_tried : 1;
  }
  return 0;
}
