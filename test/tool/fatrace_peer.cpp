// The same activity shown by fatrace and by `fanio trace` at once.

#include "running_trace.hpp"
#include "support/in_child.hpp"
#include "support/mounts.hpp"
#include "support/requires.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace fs = std::filesystem;

namespace {

/// The types of events, by "comm(pid) path".
using activity = std::map<std::string, std::set<char>>;

/// One of the two, in a directory.
class tracer : public test::child
{
public:
  tracer(std::vector<std::string> program, const fs::path& directory,
         const std::vector<std::string>& arguments)
      : child(command(std::move(program), directory, arguments)),
        prefix_(directory.string())
  {}

  /// What it shows of the directory, up to the first line that holds `marker`. The lines of markers
  /// are left out.
  activity read_until(const std::string& marker)
  {
    activity all;
    for (auto line = read_line(out); line.find(marker) == std::string::npos; line = read_line(out))
    {
      add(all, line);
    }
    return all;
  }

private:
  static std::vector<std::string> command(std::vector<std::string> program,
                                          const fs::path& directory,
                                          const std::vector<std::string>& arguments)
  {
    std::vector<std::string> all{"sh", "-c", "cd \"$0\" && exec \"$@\"", directory};
    all.insert(all.end(), program.begin(), program.end());
    all.insert(all.end(), arguments.begin(), arguments.end());
    return all;
  }

  /// "comm(pid): MASK path"
  void add(activity& all, const std::string& line) const
  {
    const auto colon = line.find("): ");
    const auto path = line.find(prefix_);
    if (colon == line.npos || path == line.npos || line.find("marker") != line.npos ||
        line.find("lost+found") != line.npos)
    {
      return;
    }
    auto& types = all[line.substr(0, colon + 1) + " " + line.substr(path)];
    for (const char type : line.substr(colon + 3, path - colon - 3))
    {
      types.insert(type);
    }
    types.erase(' ');
  }

  std::string prefix_;
};

class peers
{
public:
  /// Of an event in which the kernel has merged several, all are shown if one was asked for, and
  /// when it merges is chance: so only those of `types` are compared.
  peers(const fs::path& directory, const std::vector<std::string>& arguments,
        std::string types = "RCWO+D<>")
      : directory_(directory),
        types_(std::move(types)),
        fatrace_({"fatrace"}, directory, arguments),
        fanio_({FANIO_TOOL, "trace"}, directory, arguments)
  {
    // Neither says when its marks are set.
    for (auto* const one : {&fatrace_, &fanio_})
    {
      const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
      while (one->unread(test::child::out) == 0 && std::chrono::steady_clock::now() < deadline)
      {
        make("marker");
        std::this_thread::yield();
      }
    }
    step();
  }

  /// That both have shown all that happened until now, and the same.
  void compare()
  {
    const auto marker = step();
    BOOST_TEST(!by_fatrace_.empty(), "before " << marker);
    BOOST_TEST(describe(by_fanio_) == describe(by_fatrace_));
  }

private:
  void make(const std::string& name) const
  {
    std::ofstream(directory_ / name) << "text";
    std::ifstream(directory_ / name).get();
    fs::remove(directory_ / name);
  }

  std::string step()
  {
    const auto marker = "marker" + std::to_string(++steps_);
    // Not removed here, or fatrace may have no name for it.
    std::ofstream(directory_ / marker) << "text";
    std::ifstream(directory_ / marker).get();
    by_fatrace_ = fatrace_.read_until(marker);
    by_fanio_ = fanio_.read_until(marker);
    return marker;
  }

  [[nodiscard]] std::string describe(const activity& all) const
  {
    std::string text;
    for (const auto& [what, types] : all)
    {
      text += what + ": ";
      std::ranges::copy_if(types, std::back_inserter(text),
                           [this](char type) { return types_.find(type) != types_.npos; });
      text += '\n';
    }
    return text;
  }

  fs::path directory_;
  std::string types_;
  tracer fatrace_;
  tracer fanio_;
  int steps_ = 0;
  activity by_fatrace_;
  activity by_fanio_;
};

/// A shell that lives on, so that both can ask for its name.
class shell : public test::child
{
public:
  shell(const fs::path& directory, const std::string& script)
      : child({"sh", "-c", "cd \"$0\"; " + script + "; kill -STOP $$", directory})
  {
    await_stop();
  }
};

const auto has_fatrace = test::has_program("fatrace");

/// A filesystem on a device that nobody else uses.
template <typename Part>
void on_a_private_filesystem(const Part& part)
{
  test::in_child(
      [&part]
      {
        test::enter_private_mounts();
        const test::private_filesystem filesystem;
        part(filesystem);
      });
}

void touch_read_and_list(peers& both, const test::private_filesystem& filesystem)
{
  filesystem.make_directory("d");
  filesystem.write("d/f");
  filesystem.write("d/a name");
  both.compare();
  const shell reader(filesystem.path(), "read line < d/f; echo more >> d/f; : > d/new; cd d");
  for (const auto& entry : fs::directory_iterator(filesystem / "d"))
  {
    std::ifstream(entry.path()).get();
  }
  both.compare();
}

void rename_and_remove(peers& both, const test::private_filesystem& filesystem)
{
  fs::rename(filesystem / "d/f", filesystem / "d/g");
  fs::rename(filesystem / "d/g", filesystem / "h");
  filesystem.make_directory("d/e");
  fs::rename(filesystem / "d/e", filesystem / "e");
  both.compare();
  std::ifstream(filesystem / "h").get();
  fs::remove(filesystem / "d/new");
  fs::remove(filesystem / "e");
  both.compare();
}

} // namespace

BOOST_AUTO_TEST_SUITE(fatrace_peer, *boost::unit_test::precondition(test::is_privileged) *
                                        boost::unit_test::precondition(has_fatrace))

BOOST_AUTO_TEST_CASE(both_show_the_same_of_the_current_mount)
{
  on_a_private_filesystem(
      [](const auto& filesystem)
      {
        peers both(filesystem.path(), {"-c"});
        touch_read_and_list(both, filesystem);
        rename_and_remove(both, filesystem);
      });
}

BOOST_AUTO_TEST_CASE(both_show_the_same_of_all_devices)
{
  on_a_private_filesystem(
      [](const auto& filesystem)
      {
        peers both(filesystem.path(), {});
        touch_read_and_list(both, filesystem);
        rename_and_remove(both, filesystem);
      });
}

BOOST_AUTO_TEST_CASE(both_show_the_types_that_were_asked_for)
{
  for (const std::string types : {"OC", "W", "R", "O+", "C+<>", "RD+"})
  {
    on_a_private_filesystem(
        [&types](const auto& filesystem)
        {
          peers both(filesystem.path(), {"-c", "--filter=" + types}, types);
          filesystem.make_directory("d");
          filesystem.write("d/f");
          std::ifstream(filesystem / "d/f").get();
          both.compare();
          if (types.find('<') != types.npos)
          {
            fs::rename(filesystem / "d/f", filesystem / "d/g");
            both.compare();
          }
        });
  }
}

BOOST_AUTO_TEST_CASE(both_show_the_command_that_was_asked_for)
{
  on_a_private_filesystem(
      [](const auto& filesystem)
      {
        peers both(filesystem.path(), {"-c", "-C", "test_tool"});
        filesystem.write("mine");
        const shell other(filesystem.path(), ": > other");
        both.compare();
      });
}

BOOST_AUTO_TEST_CASE(both_leave_out_the_processes_that_are_ignored)
{
  on_a_private_filesystem(
      [](const auto& filesystem)
      {
        shell idle(filesystem.path(), "kill -STOP $$; : > other");
        peers both(filesystem.path(), {"-c", "-p", std::to_string(idle.pid()), "-p", "1"});
        filesystem.write("mine");
        idle.go_on();
        idle.await_stop();
        both.compare();
      });
}

BOOST_AUTO_TEST_SUITE_END()
