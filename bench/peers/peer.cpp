#include "peer.hpp"

#include "../harness/process.hpp"

#include <filesystem>
#include <utility>

namespace fanio::bench {

namespace {

namespace fs = std::filesystem;

constexpr auto root_word = "{}";

std::string why_missing(const std::string& program, const std::string& package)
{
  return is_installed(program)
             ? ""
             : program + " is not installed: it is in Debian's package " + package;
}

/// Where node's scripts are, and the packages that they need.
fs::path node_directory()
{
  return FANIO_PEERS;
}

std::string why_package_missing(const std::string& package)
{
  const auto place = node_directory() / "node_modules" / package;
  return !is_installed("node") ? why_missing("node", "nodejs")
         : !fs::exists(place)  ? "npm's package is not installed: there is no " + place.string()
                               : "";
}

peer node_script(const std::string& package, const std::string& script)
{
  return {.name = package,
          .argv = {"node", node_directory() / script, root_word},
          .missing = why_package_missing(package)};
}

std::vector<std::string> joined(std::vector<std::string> first,
                                const std::vector<std::string>& arguments,
                                const std::vector<std::string>& last)
{
  first.insert(first.end(), arguments.begin(), arguments.end());
  first.insert(first.end(), last.begin(), last.end());
  return first;
}

} // namespace

peer inotifywait()
{
  return {.name = "inotifywait -r",
          .argv = {"inotifywait", "-m", "-r", "-e", "create", "--format", "%w%f", root_word},
          .missing = why_missing("inotifywait", "inotify-tools")};
}

// Without -q fsnotifywait prints a second line for each event, on stderr; with it, it does not say
// when it watches. The root is what it marks last.

peer fsnotifywait_filesystem()
{
  // With -S it fills a buffer before it writes, alone of all: so nobody would hear of the last. It
  // is made to write each line by itself, as to a terminal, and as inotifywait does.
  return {.name = "fsnotifywait -S, by lines",
          .argv = {"stdbuf", "-oL", "fsnotifywait", "-m", "-q", "-S", "-e", "create", "--format",
                   "%w%f", root_word},
          .ready_by = peer::readiness::marker,
          .missing = why_missing("fsnotifywait", "inotify-tools")};
}

peer fsnotifywait_tree()
{
  return {.name = "fsnotifywait -F -r",
          .argv = {"fsnotifywait", "-m", "-q", "-F", "-r", "-e", "create", "--format", "%w%f",
                   root_word},
          .ready_by = peer::readiness::marker,
          .missing = why_missing("fsnotifywait", "inotify-tools"),
          .most_rounds = 3};
}

peer fswatch()
{
  // Its default is to look once a second, and the queue is full long before. It takes no less
  // than 0.1.
  return {.name = "fswatch",
          .argv = {"fswatch", "-r", "-m", "inotify_monitor", "-l", "0.1", "--event=Created",
                   "--format=%p", root_word},
          .ready_by = peer::readiness::inotify_marks,
          .missing = why_missing("fswatch", "fswatch"),
          .most_rounds = 3};
}

peer fatrace()
{
  return {.name = "fatrace",
          .argv = {"fatrace", "-c", "-f", "O"},
          .ready_by = peer::readiness::marker,
          .missing = why_missing("fatrace", "fatrace")};
}

peer chokidar()
{
  auto script = node_script("chokidar", "chokidar.mjs");
  script.most_rounds = 1;
  return script;
}

peer parcel_watcher()
{
  auto script = node_script("@parcel/watcher", "parcel.mjs");
  script.most_rounds = 3;
  return script;
}

peer raw_watch(const run_options& options, const std::string& name,
               const std::vector<std::string>& arguments)
{
  const auto program = fs::absolute(fs::path(options.programs) / "raw_watch").string();
  return {.name = name,
          .argv = joined({program}, arguments, {root_word}),
          .missing = is_installed(program) ? "" : program + " is not built"};
}

peer fanio_watch(const run_options& options, const std::string& name,
                 const std::vector<std::string>& arguments)
{
  return {.name = name,
          .argv = joined({fs::absolute(options.tool), "watch", "-m"}, arguments,
                         {"-e", "create", "--format", "%w%f", root_word}),
          .missing = is_installed(options.tool) ? "" : options.tool + " is not built"};
}

peer fanio_trace(const run_options& options, const std::string& name,
                 const std::vector<std::string>& arguments)
{
  return {.name = name,
          .argv = joined({fs::absolute(options.tool), "trace", "-c", "-f", "O"}, arguments, {}),
          .ready_by = peer::readiness::marker,
          .missing = is_installed(options.tool) ? "" : options.tool + " is not built"};
}

} // namespace fanio::bench
