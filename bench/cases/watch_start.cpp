#include "../harness/scratch.hpp"
#include "../peers/running_peer.hpp"
#include "cases.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fanio::bench {

namespace {

namespace fs = std::filesystem;

/// A program in the table.
struct starter
{
  peer program;
  row* time;
  row* memory;
};

/// By a user without privileges, for whom `fanio watch -r` marks every directory, as inotifywait
/// does. What setpriv takes before counts as well.
peer as_user(peer one)
{
  // setpriv would clear the signal that the death of the harness is for it.
  const std::vector<std::string> words{"setpriv",        "--reuid=65534", "--regid=65534",
                                       "--clear-groups", "--pdeathsig",   "SIGKILL"};
  one.argv.insert(one.argv.begin(), words.begin(), words.end());
  return one;
}

std::vector<starter> add_rows(outcome& found, const std::vector<peer>& peers)
{
  std::vector<starter> all;
  for (const auto& p : peers)
  {
    if (!p.missing.empty())
    {
      found.leave_out(p.name, p.missing);
      continue;
    }
    all.push_back({p, &found.add(p.name, "ready after", "s"), &found.add(p.name, "memory", "MB")});
  }
  return all;
}

bool is_own(const peer& one)
{
  return one.name.starts_with("fanio") || one.name.starts_with("raw C");
}

void start(const starter& one, const storm& tree, const fs::path& output)
{
  const auto begin = std::chrono::steady_clock::now();
  running_peer program(one.program, tree, output);
  program.wait_until_ready();
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  one.time->values.push_back(time.count());
  one.memory->values.push_back(program.peak_megabytes());
}

/// False: it could not, and takes no part from here on. Some peers can't watch so many directories.
bool start(const starter& one, const storm& tree, const fs::path& output, outcome& found)
{
  try
  {
    start(one, tree, output);
    return true;
  }
  catch (const std::exception& e)
  {
    if (is_own(one.program))
    {
      throw;
    }
    found.could_not(one.program.name, e.what());
    return false;
  }
}

void compare(const std::vector<starter>& all, const std::string& what, const std::string& with,
             std::optional<goal> to_reach = {})
{
  const auto find = [&](const std::string& name)
  { return std::ranges::find(all, name, [](const auto& s) { return s.program.name; }); };
  const auto ours = find(what);
  const auto reference = find(with);
  if (ours != all.end() && reference != all.end())
  {
    outcome::compare(*ours->time, *reference->time, to_reach);
    outcome::compare(*ours->memory, *reference->memory);
  }
}

/// The programs where everybody may execute them, which is not so of where they were built.
run_options with_copies_in(const fs::path& directory, run_options options)
{
  const auto tool = directory / "fanio";
  fs::copy_file(options.tool, tool);
  fs::copy_file(fs::path(options.programs) / "raw_watch", directory / "raw_watch");
  options.tool = tool;
  options.programs = directory;
  return options;
}

} // namespace

void watch_start_case(const run_options& given, outcome& found)
{
  const scratch_mount place;
  const scratch_mount elsewhere;
  const auto options = with_copies_in(elsewhere.path(), given);
  const storm tree{.root = fs::canonical(place.path()),
                   .directories = options.scaled<std::size_t>(100'000, 100),
                   .operations = 0,
                   .depth = 10};
  tree.prepare();
  for (const auto& directory : fs::recursive_directory_iterator(tree.root))
  {
    fs::permissions(directory, fs::perms(0755));
  }

  auto all =
      add_rows(found, {raw_watch(options, "raw C, filesystem mark", {}),
                       raw_watch(options, "raw C, knows all", {"-k"}),
                       as_user(raw_watch(options, "raw C, inode marks, knows all", {"-d", "-k"})),
                       fanio_watch(options, "fanio watch -S", {"-S"}),
                       fanio_watch(options, "fanio watch -r", {"-r"}),
                       as_user(fanio_watch(options, "fanio watch -r, inode marks", {"-r"})),
                       as_user(inotifywait()), fsnotifywait_filesystem(), fsnotifywait_tree(),
                       fswatch(), parcel_watcher(), chokidar()});
  for (std::size_t round = 0; round < options.rounds; ++round)
  {
    std::erase_if(all,
                  [&](const starter& one)
                  {
                    options.progress("round " + std::to_string(round + 1) + " of " +
                                     std::to_string(options.rounds) + ": " + one.program.name);
                    return round < one.program.most_rounds &&
                           !start(one, tree, elsewhere.path() / "lines", found);
                  });
    std::ranges::reverse(all); // so that nobody always comes after the same one
  }
  for (const auto& one : all)
  {
    if (one.program.name == "fanio watch -r")
    {
      one.memory->to_reach = at_most(15);
    }
  }
  compare(all, "fanio watch -S", "inotifywait -r", at_most(0.05));
  compare(all, "fanio watch -S", "raw C, filesystem mark");
  compare(all, "fanio watch -r", "inotifywait -r");
  compare(all, "fanio watch -r", "raw C, knows all");
  compare(all, "fanio watch -r, inode marks", "inotifywait -r", at_most(0.5));
  compare(all, "fanio watch -r, inode marks", "raw C, inode marks, knows all");
  compare(all, "raw C, inode marks, knows all", "inotifywait -r");
}

} // namespace fanio::bench
