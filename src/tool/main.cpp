#include "doctor.hpp"
#include "self_test.hpp"
#include "trace.hpp"
#include <fanio/error.hpp>
#include <fanio/version.hpp>

#include <CLI/CLI.hpp>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <iostream>
#include <limits>
#include <stdexcept>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace {

using fanio::tool::trace_options;

std::string version()
{
  const auto part = [](int divisor) { return std::to_string(FANIO_VERSION / divisor % 100); };
  return "fanio " + part(10000) + "." + part(100) + "." + part(1);
}

/// Throws where some of the events are of those that can't be shown.
void refuse(fanio::event_mask events, fanio::event_mask unfit, const std::string& why)
{
  if (has_any(events, unfit))
  {
    throw CLI::ValidationError("--events", to_string(events & unfit) + ": " + why);
  }
}

fanio::event_mask parse_events(const std::string& text)
{
  fanio::error_code ec;
  const auto events = fanio::parse_flags<fanio::event_mask>(text, ec);
  if (ec)
  {
    throw CLI::ValidationError("--events", text + ": " + ec.message());
  }
  if (is_empty(events & ~fanio::event_mask::all_modifiers))
  {
    throw CLI::ValidationError("--events", text + ": names no event");
  }
  using fanio::event_mask;
  refuse(events, event_mask::all_permission,
         "permission events are for programs that answer them, and trace does not: leave them out");
  refuse(events,
         event_mask::fs_error | event_mask::mnt_attach | event_mask::mnt_detach |
             event_mask::q_overflow,
         "trace shows what happens to files, not this: leave it out");
  return events;
}

std::chrono::seconds parse_seconds(const std::string& text)
{
  std::uint32_t n = 0;
  const auto* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, n);
  if (error != std::errc() || rest != end || n == 0)
  {
    throw CLI::ValidationError("--seconds",
                               text + ": not a whole number from 1 to " +
                                   std::to_string(std::numeric_limits<std::uint32_t>::max()));
  }
  return std::chrono::seconds(n);
}

const CLI::App* add_trace(CLI::App& app, trace_options& options)
{
  auto* trace = app.add_subcommand("trace", "Print one line for each file event, until Ctrl-C");
  trace->add_option("PATH", options.paths,
                    "Files and directories to show, with all below; default: everything. "
                    "Unprivileged: files and directories to watch; default: the working one");
  trace
      ->add_option_function<std::string>(
          "--events", [&options](const std::string& text) { options.events = parse_events(text); },
          "Events to show; default: open,close,modify,open_exec, and unprivileged also "
          "create,delete,move,attrib")
      ->type_name("MASK");
  trace->add_flag("--json", options.json, "Print one JSON object a line");
  trace
      ->add_option_function<std::string>(
          "--seconds", [&options](const std::string& text)
          { options.duration = parse_seconds(text); }, "End after N seconds")
      ->type_name("N");
  trace->add_flag("-v,--verbose", options.verbose, "Say on stderr what is watched and what is not");
  return trace;
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
  const auto* trace = add_trace(app, options);
  const auto* doctor = add_doctor(app, examination);
  try
  {
    app.parse(argc, argv);
  }
  catch (const CLI::RequiredError& e)
  {
    // No command was found: it is more use to be told which one was looked for.
    const bool has_word = argc > 1 && app.get_subcommands().empty();
    return has_word ? app.exit(CLI::ExtrasError("fanio", {argv[1]})) : app.exit(e);
  }
  catch (const CLI::ParseError& e)
  {
    return app.exit(e);
  }
  const auto* command = *trace ? trace : doctor;
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
