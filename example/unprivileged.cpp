/// Prints what happens in a directory tree, with paths, as any user may: a group that reports file
/// handles, with a mark on each directory.
///
/// Opening a file by its handle is for root. Others note each directory's handle when they mark it,
/// and so know later where an event has happened.

#include "support.hpp"
#include <fanio.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <grp.h>
#include <iostream>
#include <map>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/statfs.h>
#include <unistd.h>

namespace asio = boost::asio;

namespace {

using path = std::filesystem::path;

/// The handle that events carry for a directory.
fanio::file_handle handle_of(const path& directory)
{
  constexpr int for_comparison = 0x200; // AT_HANDLE_FID (6.5): overlayfs has no other handles

  alignas(::file_handle) std::array<std::byte, sizeof(::file_handle) + MAX_HANDLE_SZ> storage;
  auto* const handle = reinterpret_cast<::file_handle*>(storage.data());
  handle->handle_bytes = MAX_HANDLE_SZ;
  struct ::statfs filesystem;
  int mount_id = 0;
  const auto get = [&](int flags)
  { return ::name_to_handle_at(AT_FDCWD, directory.c_str(), handle, &mount_id, flags) == 0; };
  if (!(get(0) || get(for_comparison)) || ::statfs(directory.c_str(), &filesystem) != 0)
  {
    throw std::system_error(errno, std::generic_category(), directory);
  }
  const auto bytes = std::span(storage).subspan(sizeof(::file_handle), handle->handle_bytes);
  const auto fsid = std::bit_cast<fanio::fsid>(filesystem.f_fsid);
  return fanio::file_handle({fsid, handle->handle_type, bytes});
}

/// Where all directories of a tree are, by their handles.
class tree
{
public:
  tree(fanio::fanotify_handle& group, path root) : group_(group), root_(std::move(root))
  {
    add(".");
  }

  /// Where it has happened, below the root. Unknown in a directory that was moved out of the tree.
  [[nodiscard]] std::optional<path> path_of(fanio::event_view e) const
  {
    const auto directory =
        e.dfid() ? directories_.find(fanio::file_handle(*e.dfid())) : directories_.end();
    if (directory == directories_.end())
    {
      return std::nullopt;
    }
    return e.name() == "." ? directory->second : directory->second / e.name().value_or("");
  }

  /// An event says that something has changed under a name, and not what is there now.
  void look_again(const path& place)
  {
    std::erase_if(directories_, [&](const auto& known)
                  { return std::ranges::mismatch(place, known.second).in1 == place.end(); });
    add(place);
  }

private:
  void add(const path& place)
  try
  {
    if (place != "." && !is_directory(symlink_status(root_ / place)))
    {
      return;
    }
    using enum fanio::event_mask;
    group_.add_mark(root_ / place,
                    create | close_write | move | delete_ | event_on_child | delete_self | ondir);
    directories_.insert_or_assign(handle_of(root_ / place), place);
    // Only now, so that nothing can come between.
    for (const auto& entry : std::filesystem::directory_iterator(root_ / place))
    {
      add(place / entry.path().filename());
    }
  }
  catch (const std::exception& e)
  {
    if (place == ".")
    {
      throw;
    }
    std::cerr << place << ": " << e.what() << '\n'; // gone again, or not for us to read
  }

  fanio::fanotify_handle& group_;
  path root_;
  std::map<fanio::file_handle, path> directories_;
};

asio::awaitable<void> watch(fanio::fanotify_handle& group, tree& directories)
{
  using enum fanio::event_mask;
  for (fanio::event_buffer buffer;;)
  {
    for (const auto e : co_await group.async_read_events(buffer))
    {
      const auto where = directories.path_of(e);
      std::cout << to_string(e.mask()) << ' ' << where.value_or("(elsewhere)").string() << '\n';
      if (e.is_overflow())
      {
        directories.look_again("."); // events were lost: it can be anything
      }
      if (where && e.is_directory() && has_any(e.mask(), create | delete_ | move))
      {
        directories.look_again(*where);
      }
      if (where == "." && has_any(e.mask(), delete_self))
      {
        co_return; // the root itself is gone
      }
    }
  }
}

void run(example::place& where)
{
  asio::io_context context;
  fanio::fanotify_handle group(context, {.flags = fanio::init_flags::report_dfid_name});
  tree directories(group, where.directory());

  asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&](auto...) { group.close(); });
  asio::co_spawn(context, watch(group, directories),
                 [&](std::exception_ptr thrown)
                 {
                   signals.cancel();
                   if (thrown && group.is_open())
                   {
                     std::rethrow_exception(thrown);
                   }
                 });

  where.demonstrate("mkdir -p logs/today;                 sleep 0.1;"
                    "echo hello > logs/today/report.txt;  sleep 0.1;"
                    "mv logs archive;                     sleep 0.1;"
                    "rm archive/today/report.txt;         sleep 0.1;"
                    "rm -r archive;                       sleep 0.1;"
                    "rmdir $PWD");
  context.run();
}

/// For the demonstration, which is to prove that root is not needed.
void give_up_root()
{
  constexpr ::uid_t nobody = 65534;
  if (::geteuid() == 0 &&
      (::setgroups(0, nullptr) != 0 || ::setresgid(nobody, nobody, nobody) != 0 ||
       ::setresuid(nobody, nobody, nobody) != 0))
  {
    std::cerr << "this goes on as root: " << std::generic_category().message(errno) << '\n';
  }
}

} // namespace

int main(int argc, char** argv)
{
  if (argc == 1)
  {
    give_up_root();
  }
  return example::run(argc, argv, run);
}
