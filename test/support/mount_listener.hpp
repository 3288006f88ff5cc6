#pragma once

#include "in_child.hpp"
#include "mount_ids.hpp"
#include "namespaces.hpp"
#include "scenario.hpp"

#include <utility>
#include <vector>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

namespace test {

/// A process in a mount namespace of its own, which watches it, and a tmpfs in it.
struct mount_listener : reading_fixture
{
  using told = std::pair<event_mask, std::uint64_t>;

  static constexpr auto both = event_mask::mnt_attach | event_mask::mnt_detach;

  /// What was told, in its order.
  std::vector<told> read_all(fanotify_handle& from)
  {
    std::vector<told> all;
    for (const auto& e : drain(from))
    {
      BOOST_TEST(e.fd() == -1);
      BOOST_TEST(e.bytes().size() == 40U);
      BOOST_REQUIRE(std::ranges::distance(e.records()) == 1);
      BOOST_TEST((*e.records().begin()).bytes().size() == 16U);
      BOOST_REQUIRE(e.mount_id().has_value());
      all.emplace_back(e.mask(), *e.mount_id());
    }
    return all;
  }

  std::vector<told> read_all() { return read_all(group); }

  /// Exactly this was told.
  void check_told(const std::vector<told>& wanted)
  {
    const auto all = read_all();
    BOOST_TEST_CONTEXT("events: " + std::to_string(all.size()))
    {
      BOOST_REQUIRE(all.size() == wanted.size());
      for (std::size_t i = 0; i < all.size(); ++i)
      {
        BOOST_TEST(all[i].first == wanted[i].first);
        BOOST_TEST(all[i].second == wanted[i].second);
      }
    }
  }

  std::filesystem::path make_directory(const std::string& name) const
  {
    return tmpfs.make_directory(name);
  }

  /// As mount(2), which must succeed; the id of the new mount.
  static std::uint64_t mount(const std::filesystem::path& source, const std::filesystem::path& at,
                             unsigned long flags = MS_BIND, const char* type = nullptr)
  {
    BOOST_REQUIRE(::mount(source.c_str(), at.c_str(), type, flags, nullptr) == 0);
    return mount_id(at);
  }

  static std::uint64_t mount_tmpfs(const std::filesystem::path& at)
  {
    return mount("tmpfs", at, 0, "tmpfs");
  }

  static void change(const std::filesystem::path& at, unsigned long propagation)
  {
    BOOST_REQUIRE(::mount(nullptr, at.c_str(), nullptr, propagation, nullptr) == 0);
  }

  static void unmount(const std::filesystem::path& at, int flags = 0)
  {
    BOOST_REQUIRE(::umount2(at.c_str(), flags) == 0);
  }

  fanotify_handle watch(event_mask mask = both)
  {
    auto watching = open(init_flags::report_mnt);
    watching.add_mark("/proc/self/ns/mnt", mask, mark_target::mntns);
    return watching;
  }

  mount_point tmpfs = private_tmpfs();
  std::filesystem::path root = tmpfs.path();
  fanotify_handle group = watch();
};

/// Runs a row in a mount namespace of its own.
template <typename Row>
void in_a_mount_namespace(Row&& row)
{
  in_child(
      [&]
      {
        enter_private_mounts();
        mount_listener listener;
        row(listener);
      });
}

/// The same as an ordinary user, who is root in a user namespace.
template <typename Row>
void in_a_user_namespace(Row&& row)
{
  in_child(
      [&]
      {
        drop_privileges();
        become_root_of_a_user_namespace();
        mount_listener listener;
        row(listener);
      });
}

} // namespace test
