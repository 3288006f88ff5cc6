#include "program.hpp"

#include "checks.hpp"
#include "command_line.hpp"
#include "json.hpp"
#include "output_file.hpp"
#include "plots.hpp"
#include "process.hpp"
#include "progress_line.hpp"
#include "report.hpp"
#include "runner.hpp"
#include "stop_signals.hpp"
#include "table.hpp"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace fanio::bench {

namespace {

void complain(std::string_view what)
{
  std::cerr << "fanio_bench: " << what << '\n';
}

/// Does it; false if it failed, which is told.
template <typename Action>
bool succeeds(Action&& action)
{
  try
  {
    std::forward<Action>(action)();
    return true;
  }
  catch (const std::exception& e)
  {
    complain(e.what());
    return false;
  }
}

void list(std::span<const bench_case> cases)
{
  std::size_t longest = 0;
  for (const auto& c : cases)
  {
    longest = std::max(longest, c.name.size());
  }
  for (const auto& c : cases)
  {
    std::cout << std::left << std::setw(static_cast<int>(longest)) << c.name << "  " << c.summary
              << '\n';
  }
}

/// A directory for the plots that was made for them is removed if there are none.
class plots_directory
{
public:
  explicit plots_directory(std::filesystem::path path)
      : path_(std::move(path)),
        is_new_(!path_.empty() && !std::filesystem::exists(path_))
  {}

  plots_directory(const plots_directory&) = delete;
  plots_directory& operator=(const plots_directory&) = delete;

  ~plots_directory()
  {
    std::error_code ignored;
    if (is_new_ && std::filesystem::is_empty(path_, ignored))
    {
      std::filesystem::remove(path_, ignored);
    }
  }

private:
  std::filesystem::path path_;
  bool is_new_;
};

/// What would be in vain is known before anything is run.
void try_outputs(const request& asked)
{
  if (!asked.json.empty())
  {
    try_file(asked.json);
  }
  if (!asked.plots.empty())
  {
    std::filesystem::create_directories(asked.plots);
    try_file(std::filesystem::path(asked.plots) / "goals.svg");
  }
}

void run_cases(const request& asked, stop_signals& stop, report& results)
{
  runner run(stop, asked.patience);
  progress_line line;
  for (const auto* const what : asked.cases)
  {
    const auto place = '[' + std::to_string(results.cases.size() + 1) + '/' +
                       std::to_string(asked.cases.size()) + "] " + std::string(what->name);
    auto options = asked.options;
    options.progress = [&](std::string_view doing)
    { line.show(place + ": " + std::string(doing)); };
    line.show(place);
    auto found = run.run(*what, options);
    if (!found)
    {
      results.interrupted_by = stop.arrived();
      return;
    }
    if (!found->failure.empty())
    {
      line.clear();
      complain(found->name + ": " + found->failure);
    }
    results.cases.push_back(std::move(*found));
  }
}

/// Whether all that was to be written is. That gnuplot is missing leaves the plots out.
bool write_files(const request& asked, report& results, bool& has_plots)
{
  bool is_written = true;
  if (!asked.plots.empty())
  {
    has_plots = is_installed("gnuplot");
    if (has_plots)
    {
      is_written = succeeds([&] { write_plots(results, asked.plots); });
    }
    else
    {
      results.warnings.emplace_back("the plots are left out: gnuplot is not installed");
    }
  }
  if (!asked.json.empty())
  {
    is_written = succeeds([&] { write_file(asked.json, to_json(results)); }) && is_written;
  }
  return is_written;
}

int run_all(const request& asked, stop_signals& stop)
{
  const plots_directory plots(asked.plots);
  report results;
  results.on = this_machine();
  results.on.command = asked.command;
  results.on.quick = asked.options.quick;
  results.on.rounds = asked.options.rounds;
  results.selected = asked.cases.size();
  if (!succeeds([&] { results.warnings = check_machine(results.on); }) ||
      !succeeds([&] { try_outputs(asked); }))
  {
    return not_tried;
  }
  bool is_well = succeeds([&] { run_cases(asked, stop, results); });
  bool has_plots = true;
  if (!results.interrupted_by)
  {
    is_well = write_files(asked, results, has_plots) && is_well;
  }
  write_table(std::cout, results);
  if (!std::cout.flush())
  {
    complain("standard output: the table could not be written");
    is_well = false;
  }
  if (const auto number = stop.arrived())
  {
    return signal_offset + *number;
  }
  const auto sums = sum_up(results);
  if (!is_well || sums.failed > 0)
  {
    return has_failed;
  }
  return sums.left_out > 0 || !has_plots ? has_left_out : all_fine;
}

} // namespace

int run_program(int argc, char** argv, std::span<const bench_case> cases)
{
  int status = all_fine;
  const auto asked = read_command_line(argc, argv, cases, status);
  if (!asked)
  {
    return status;
  }
  if (asked->list)
  {
    list(cases);
    return std::cout.flush() ? all_fine : has_failed;
  }
  const bool is_begun = succeeds(
      [&]
      {
        stop_signals stop;
        status = run_all(*asked, stop);
      });
  return is_begun ? status : has_failed;
}

} // namespace fanio::bench
