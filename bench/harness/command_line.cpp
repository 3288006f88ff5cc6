#include "command_line.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <fnmatch.h>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <unistd.h>

namespace fanio::bench {

namespace {

constexpr auto exit_statuses =
    "Exit status: 0 all cases were run; 1 one failed, or FILE or DIR could not be written; 2 wrong "
    "usage, or privileges, limits or space are missing; 3 something was left out, which the table "
    "tells; 128 and the number of the signal that ended it. Goals that are missed are told in the "
    "table and do not change it.";

/// What the command line says, as it stands there.
struct words
{
  bool quick = false;
  bool list = false;
  std::size_t rounds = 0;
  unsigned patience = 0;
  std::string json;
  std::string plots;
  std::string tool;
  std::string programs;
  std::string command;
  std::vector<std::string> cases;
};

void add_options(CLI::App& app, words& said)
{
  app.add_flag("--quick", said.quick,
               "Only try whether everything works; the figures mean nothing");
  app.add_flag("--list", said.list, "List the cases");
  app.add_option("--json", said.json, "Write what was found to FILE, too")->type_name("FILE");
  app.add_option("--plots", said.plots, "Draw it, as SVG files in DIR")->type_name("DIR");
  app.add_option("--rounds", said.rounds, "How often the programs take turns (7; quick: 2)")
      ->type_name("N")
      ->check(CLI::Range(1, 1000));
  app.add_option("--patience", said.patience, "How long a case may take (600; quick: 120)")
      ->type_name("SECONDS")
      ->check(CLI::Range(1, 100'000));
  app.add_option("--tool", said.tool, "The program fanio; default: that of the same build")
      ->check(CLI::ExistingFile)
      ->type_name("FILE");
  app.add_option("--programs", said.programs,
                 "The directory of the raw C programs; default: that of the same build")
      ->check(CLI::ExistingDirectory)
      ->type_name("DIR");
  app.add_option("--command", said.command, "What the results tell as the command")
      ->type_name("TEXT");
  app.add_option("CASE", said.cases,
                 "What to run: a name, its beginning, or a pattern; default: all");
}

/// Of this program's build.
std::string built(const std::string& name)
{
  std::error_code ignored;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", ignored);
  return (self.parent_path().parent_path().parent_path() / name).string();
}

/// So that a shell would read the same.
std::string joined(int argc, char** argv)
{
  std::string text;
  for (int i = 0; i < argc; ++i)
  {
    const std::string_view word = argv[i];
    const bool is_plain = !word.empty() && word.find_first_of(" \t\n'\"\\$`*?[]{}()<>|&;!#~") ==
                                               std::string_view::npos;
    text += i == 0 ? "" : " ";
    text += is_plain ? std::string(word) : '\'' + std::string(word) + '\'';
  }
  return text;
}

request interpreted(const words& said, std::span<const bench_case> cases)
{
  request asked;
  asked.options.quick = said.quick;
  asked.options.rounds = said.rounds != 0 ? said.rounds : asked.options.scaled<std::size_t>(7, 2);
  asked.options.tool = said.tool.empty() ? built("src/tool/fanio") : said.tool;
  asked.options.programs = said.programs.empty() ? built("bench/programs") : said.programs;
  asked.list = said.list;
  asked.json = said.json;
  asked.plots = said.plots;
  asked.command = said.command;
  asked.patience = std::chrono::seconds(
      said.patience != 0 ? said.patience : asked.options.scaled<unsigned>(600, 120));
  asked.cases = choose(cases, said.cases);
  return asked;
}

bool names(const std::string& word, const bench_case& c)
{
  return c.name.starts_with(word) || ::fnmatch(word.c_str(), std::string(c.name).c_str(), 0) == 0;
}

} // namespace

std::vector<const bench_case*> choose(std::span<const bench_case> cases,
                                      const std::vector<std::string>& words)
{
  std::vector<bool> is_chosen(cases.size(), words.empty());
  for (const auto& word : words)
  {
    const bool is_whole_name = std::ranges::find(cases, word, &bench_case::name) != cases.end();
    bool is_found = false;
    for (std::size_t i = 0; i < cases.size(); ++i)
    {
      if (is_whole_name ? cases[i].name == word : !word.empty() && names(word, cases[i]))
      {
        is_chosen[i] = is_found = true;
      }
    }
    if (!is_found)
    {
      std::string known;
      for (const auto& c : cases)
      {
        known += "\n  " + std::string(c.name);
      }
      throw std::runtime_error("there is no case \"" + word + "\". There are:" + known);
    }
  }
  std::vector<const bench_case*> chosen;
  for (std::size_t i = 0; i < cases.size(); ++i)
  {
    if (is_chosen[i])
    {
      chosen.push_back(&cases[i]);
    }
  }
  return chosen;
}

std::optional<request> read_command_line(int argc, char** argv, std::span<const bench_case> cases,
                                         int& status)
{
  CLI::App app("Measures fanio beside the bare system calls and beside other programs",
               "fanio_bench");
  app.footer(exit_statuses);
  words said;
  said.command = joined(argc, argv);
  add_options(app, said);
  try
  {
    app.parse(argc, argv);
    return interpreted(said, cases);
  }
  catch (const CLI::ParseError& e)
  {
    status = app.exit(e) == 0 ? all_fine : not_tried;
  }
  catch (const std::runtime_error& e)
  {
    std::cerr << "fanio_bench: " << e.what() << '\n';
    status = not_tried;
  }
  return std::nullopt;
}

} // namespace fanio::bench
