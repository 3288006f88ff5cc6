// Many directories, and directories that move while their events flow: a path is right, or none.

#include "paths_fixture.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;
namespace utf = boost::unit_test;
namespace resolve = fanio::resolve;
using fanio::event_mask;
using fanio::init_flags;
using fanio::mark_target;
using resolve::path_resolver;

namespace {

/// Directories in each other that are renamed at random, with files made in them, and what was true
/// when: every directory's path after each rename.
class moving_tree
{
public:
  static constexpr std::size_t count = 12;

  enum class names
  {
    used_again, ///< Also by others.
    new_each_time,
  };

  moving_tree(fs::path top, names kind) : top_(std::move(top)), kind_(kind)
  {
    for (std::size_t i = 0; i < count; ++i)
    {
      names_[i] = "d" + std::to_string(i);
      fs::create_directory(path_of(i));
    }
    note();
  }

  /// Makes so many files, with a rename before each third.
  void work(int files)
  {
    for (int i = 0; i < files; ++i)
    {
      if (i % 3 == 0)
      {
        rename_one();
      }
      const auto directory = random_() % count;
      const auto name = "f" + std::to_string(i);
      made_[name] = {directory, history_.size() - 1};
      test::write(path_of(directory) / name);
    }
  }

  /// Whether a file that was made has or had this path since.
  [[nodiscard]] bool was_at(const std::string& name, const fs::path& path) const
  {
    const auto& [directory, since] = made_.at(name);
    return std::ranges::any_of(history_.begin() + static_cast<std::ptrdiff_t>(since),
                               history_.end(),
                               [&](const auto& paths) { return paths[directory] / name == path; });
  }

  /// Whether it had this path when it was made.
  [[nodiscard]] bool was_made_at(const std::string& name, const fs::path& path) const
  {
    const auto& [directory, since] = made_.at(name);
    return history_.at(since)[directory] / name == path;
  }

private:
  static constexpr std::size_t none = count;

  [[nodiscard]] fs::path path_of(std::size_t i) const
  {
    return (parents_[i] == none ? top_ : path_of(parents_[i])) / names_[i];
  }

  [[nodiscard]] bool is_below(std::size_t i, std::size_t other) const
  {
    return i == other || (parents_[i] != none && is_below(parents_[i], other));
  }

  void rename_one()
  {
    const auto which = random_() % count;
    const auto into = random_() % (count + 1);
    if (into != none && is_below(into, which))
    {
      return;
    }
    const auto from = path_of(which);
    parents_[which] = into;
    names_[which] = "d" + std::to_string(which);
    names_[which] += kind_ == names::new_each_time ? "." + std::to_string(history_.size())
                     : random_() % 2 == 0          ? ""
                                                   : "x";
    fs::rename(from, path_of(which));
    note();
  }

  void note()
  {
    auto& now = history_.emplace_back();
    for (std::size_t i = 0; i < count; ++i)
    {
      now[i] = path_of(i);
    }
  }

  struct birth
  {
    std::size_t directory;
    std::size_t since;
  };

  static std::array<std::size_t, count> nowhere()
  {
    std::array<std::size_t, count> all{};
    all.fill(none);
    return all;
  }

  fs::path top_;
  names kind_;
  std::array<std::string, count> names_;
  std::array<std::size_t, count> parents_ = nowhere();
  std::vector<std::array<fs::path, count>> history_;
  std::map<std::string, birth> made_;
  std::mt19937 random_{7};
};

struct crowded_fixture : test::paths_fixture
{
  /// What is told of each file while all moves: the path, or "".
  std::vector<std::pair<std::string, std::string>> told(fanio::fanotify_handle& group)
  {
    std::vector<std::pair<std::string, std::string>> all;
    const auto events = group.read_events(*buffer);
    for (const auto e : events)
    {
      resolver.update(e);
      std::string path;
      if (!e.is_directory() && e.name())
      {
        const auto ec = resolver.resolve(e, path);
        all.emplace_back(*e.name(), ec ? "" : path);
      }
    }
    resolver.end_batch(group.queued());
    return all;
  }

  /// What is told of each file that a tree makes meanwhile.
  std::vector<std::pair<std::string, std::string>> told_of(moving_tree& tree, const fs::path& top,
                                                           fanio::fanotify_handle& group)
  {
    group.non_blocking(false);
    std::vector<std::pair<std::string, std::string>> all;
    const std::jthread worker(
        [&]
        {
          tree.work(files);
          test::write(top / "end");
        });
    for (bool ended = false; !ended;)
    {
      for (auto& one : told(group))
      {
        ended = ended || one.first == "end";
        all.push_back(std::move(one));
      }
    }
    std::erase_if(all, [](const auto& one) { return one.first == "end"; });
    return all;
  }

  void check_never_wrong(std::size_t max_directories)
  {
    const auto top = test::private_tmpfs();
    moving_tree tree(top.path(), moving_tree::names::used_again);
    resolver = path_resolver({.max_directories = max_directories});
    auto group = watch(top.path());
    const auto all = told_of(tree, top.path(), group);
    std::size_t known = 0;
    for (const auto& [name, path] : all)
    {
      if (!path.empty())
      {
        ++known;
        BOOST_TEST(tree.was_at(name, path), name << " was never at " << path);
      }
    }
    BOOST_TEST(known > files * 9 / 10, "of " << all.size() << " events " << known << " had a path");
  }

  static constexpr int files = 3000;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(crowded, crowded_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(while_directories_are_renamed_no_path_is_wrong)
{
  check_never_wrong(100'000);
}

BOOST_AUTO_TEST_CASE(where_names_are_not_used_again_each_path_is_that_of_the_event)
{
  const auto top = test::private_tmpfs();
  auto group = watch(top.path());
  test::write(top / "first");
  paths(group); // the root is known, and all below is seen to come
  moving_tree tree(top.path(), moving_tree::names::new_each_time);
  const auto all = told_of(tree, top.path(), group);
  BOOST_TEST(all.size() >= files);
  for (const auto& [name, path] : all)
  {
    BOOST_TEST((tree.was_made_at(name, path) || name.starts_with("d")),
               name << " told at " << path);
  }
}

BOOST_AUTO_TEST_CASE(while_directories_are_renamed_and_forgotten_no_path_is_wrong)
{
  check_never_wrong(4);
}

BOOST_AUTO_TEST_CASE(a_million_directories_go_through_a_small_memory)
{
  const auto top = test::private_tmpfs();
  resolver = path_resolver({.max_directories = 1000});
  auto group = open(init_flags::report_dfid_name_target | init_flags::unlimited_queue);
  group.add_mark(top.path(), event_mask::create | event_mask::delete_ | event_mask::ondir,
                 mark_target::filesystem);
  std::uint64_t wrong = 0;
  std::size_t most = 0;
  for (int i = 0; i < 1000; ++i)
  {
    dog.pat();
    const auto parent = top / std::to_string(i);
    ::mkdir(parent.c_str(), 0700);
    for (int j = 0; j < 1000; ++j)
    {
      ::mkdir((parent / std::to_string(j)).c_str(), 0700);
    }
    std::string path;
    int next = -1; // the parent itself comes first
    while (group.queued() > 0)
    {
      for (const auto e : group.read_events(*buffer))
      {
        resolver.update(e);
        const auto ec = resolver.resolve(e, path);
        const auto expected = next < 0 ? parent : parent / std::to_string(next);
        wrong += ec || path != expected.native() ? 1U : 0U;
        ++next;
      }
    }
    wrong += next == 1000 ? 0U : 1U;
    most = std::max(most, resolver.stats().bytes);
    fs::remove_all(parent);
    while (group.queued() > 0)
    {
      group.read_events(*buffer);
    }
  }
  BOOST_TEST(wrong == 0U);
  BOOST_TEST(resolver.stats().directories <= 1002U); // with what the last is in
  BOOST_TEST(most < 1024U * 1024U);
}

BOOST_AUTO_TEST_SUITE_END()
