#include "self_test.hpp"

#include "checks.hpp"
#include "checks/expect.hpp"
#include "run_apart.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fanio::tool {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

// Trying ------------------------------------------------------------------------------------------

enum exit_status
{
  all_held,
  something_differed,
  not_tried,
};

struct outcome
{
  check of;
  std::string_view result; // "ok", "DIFFERS" or "skipped"
  std::string why;
};

/// Whether this process, this user or the machine has none left, whatever the kernel promises.
bool is_shortage(const error_code& ec)
{
  const auto is = [&](std::errc shortage) { return ec == std::make_error_condition(shortage); };
  return is(std::errc::too_many_files_open) || is(std::errc::too_many_files_open_in_system) ||
         is(std::errc::not_enough_memory) || is(std::errc::no_space_on_device);
}

/// Whether a filesystem does not have what was wanted of it (symbolic links, long names...).
bool is_lack(const std::error_code& ec)
{
  return ec == std::errc::operation_not_permitted || ec == std::errc::operation_not_supported ||
         ec == std::errc::function_not_supported || ec == std::errc::invalid_argument ||
         ec == std::errc::filename_too_long;
}

outcome try_out(const check& one, const probe_report& report, asio::io_context& context,
                const fs::path& directory)
{
  const auto end_as = [&](std::string_view result, const std::string& why)
  { return outcome{one, result, why}; };
  if (!one.needs.is_met(report))
  {
    return end_as("skipped", "needs " + std::string(one.needs.words));
  }
  try
  {
    trial here(context, directory);
    one.run(here);
    return end_as("ok", "");
  }
  catch (const difference& e)
  {
    return end_as("DIFFERS", e.what());
  }
  catch (const unfit& e)
  {
    return end_as("skipped", std::string("not here: ") + e.what());
  }
  catch (const fs::filesystem_error& e)
  {
    if (!is_lack(e.code()))
    {
      throw;
    }
    return end_as("skipped", "not on this filesystem: " + e.code().message());
  }
  catch (const boost::system::system_error& e)
  {
    if (is_shortage(e.code()))
    {
      throw std::runtime_error(e.code().message());
    }
    return end_as(is_about_filesystem(e.code()) ? "skipped" : "DIFFERS", e.code().message());
  }
}

/// Throws where this user can have no group for now: it would look as if the kernel had none.
void demand_group(asio::io_context& context)
{
  error_code ec;
  fanotify_handle(context).open({.flags = init_flags::report_fid}, ec);
  if (is_shortage(ec))
  {
    throw std::runtime_error(ec.message());
  }
}

std::vector<outcome> try_all(const fs::path& directory)
{
  // One for all: the ring of each would count as locked memory of the user until it is gone, which
  // with io_uring is some time after its end.
  asio::io_context context;
  demand_group(context);
  const auto report = probe();
  std::vector<outcome> outcomes;
  for (const auto& one : all_checks())
  {
    outcomes.push_back(try_out(one, report, context, directory));
  }
  return outcomes;
}

// Printing ----------------------------------------------------------------------------------------

void print_table(const std::vector<outcome>& outcomes)
{
  for (const auto& [of, result, why] : outcomes)
  {
    std::cout << std::left << std::setw(9) << result << of.id << "  " << of.what;
    std::cout << (why.empty() ? "" : ": ") << why << '\n';
  }
  const auto count = [&](std::string_view result)
  { return std::ranges::count(outcomes, result, &outcome::result); };
  std::cout << count("ok") << " ok, " << count("DIFFERS") << " differ, " << count("skipped")
            << " skipped\n";
}

void print_json(const std::vector<outcome>& outcomes)
{
  json::array rows;
  for (const auto& [of, result, why] : outcomes)
  {
    json::object row{{"id", of.id}, {"what", of.what}, {"result", result}};
    row["why"] = why.empty() ? json::value(nullptr) : json::value(why);
    rows.push_back(std::move(row));
  }
  std::cout << json::serialize(rows) << '\n';
}

// Around it ---------------------------------------------------------------------------------------

std::runtime_error can_not_write(const std::string& directory, const fs::filesystem_error& e)
{
  return std::runtime_error(directory + ": can't be written to: " + e.code().message());
}

/// Without some, nothing could be told from what fails: a request for permission is even denied
/// where its event can't have a descriptor.
void demand_descriptors()
{
  constexpr std::size_t wanted = 32;
  std::array<unique_fd, wanted> taken;
  for (auto& fd : taken)
  {
    fd.reset(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0));
  }
  if (!taken.back())
  {
    throw std::runtime_error("too many open files: the self-test needs " + std::to_string(wanted) +
                             " more: raise the limit for this process (ulimit -n)");
  }
}

/// A directory for all that is made, removed in the end with what is in it.
class scratch_directory
{
public:
  explicit scratch_directory(const std::string& parent)
  try : path_(make_unique_directory(parent, "fanio-self-test-")) {}
  catch (const fs::filesystem_error& e)
  {
    throw can_not_write(parent, e);
  }

  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;

  ~scratch_directory()
  {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  [[nodiscard]] const fs::path& path() const noexcept { return path_; }

private:
  fs::path path_;
};

/// Of a process of its own; its exit status.
int try_and_print(const scratch_directory& scratch, const std::string& directory, bool as_json)
try
{
  const auto outcomes = try_all(scratch.path());
  as_json ? print_json(outcomes) : print_table(outcomes);
  if (!std::cout.flush())
  {
    throw std::runtime_error("standard output can't be written");
  }
  const bool differs = std::ranges::find(outcomes, "DIFFERS", &outcome::result) != outcomes.end();
  return differs ? something_differed : all_held;
}
catch (const fs::filesystem_error& e)
{
  std::cerr << "fanio doctor: " << can_not_write(directory, e).what() << '\n';
  return not_tried;
}
catch (const std::exception& e)
{
  std::cerr << "fanio doctor: " << e.what() << '\n';
  return not_tried;
}

/// Its wait status.
int try_apart(const std::string& directory, bool as_json)
{
  const held_signals signals;
  const scratch_directory scratch(directory);
  const auto status =
      run_apart(signals, [&] { return try_and_print(scratch, directory, as_json); });
  if (!status)
  {
    // To remove what was made would wait too.
    std::cerr << "fanio doctor: " << directory << ": its filesystem does not answer\n";
    std::_Exit(not_tried);
  }
  return *status;
}

} // namespace

int self_test(const std::string& directory, bool as_json)
{
  demand_descriptors();
  std::signal(SIGCHLD, SIG_DFL); // who ignores it has no exit statuses of others
  const int status = try_apart(directory, as_json);
  if (WIFSIGNALED(status))
  {
    std::signal(WTERMSIG(status), SIG_DFL);
    std::raise(WTERMSIG(status));
  }
  return WEXITSTATUS(status);
}

} // namespace fanio::tool
