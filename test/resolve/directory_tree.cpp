// Where directories are: pure, and by what it is told.

#include "support/event_bytes.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <resolve/directory_tree.hpp>
#include <stdexcept>
#include <string>
#include <vector>

using fanio::file_handle_view;
using fanio::resolve::directory_tree;
using test::make_handle;

namespace {

struct tree_fixture
{
  std::string path_of(const directory_tree::entry& e) const
  {
    std::string path;
    return directory_tree::append_path(e, path) ? path : "unknown";
  }

  static bool is_deleted(const directory_tree::entry& e)
  {
    return directory_tree::place_of(e).is_deleted;
  }

  directory_tree tree{4};
  directory_tree::entry& root = tree.put_root(make_handle(1), "/mnt");
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(directory_trees, tree_fixture)

BOOST_AUTO_TEST_CASE(a_path_is_that_of_the_root_and_the_names_below)
{
  auto& a = tree.put(make_handle(2), root, "a");
  auto& b = tree.put(make_handle(3), a, "b");
  BOOST_TEST(path_of(root) == "/mnt");
  BOOST_TEST(path_of(a) == "/mnt/a");
  BOOST_TEST(path_of(b) == "/mnt/a/b");
  BOOST_TEST(tree.find(make_handle(3)) == &b);
  BOOST_TEST(tree.find(make_handle(4)) == nullptr);
}

BOOST_AUTO_TEST_CASE(the_root_of_all_has_one_slash)
{
  auto& top = tree.put_root(make_handle(9), "/");
  auto& a = tree.put(make_handle(2), top, "a");
  BOOST_TEST(path_of(top) == "/");
  BOOST_TEST(path_of(a) == "/a");
}

BOOST_AUTO_TEST_CASE(a_path_is_appended)
{
  std::string text = "was ";
  BOOST_TEST(directory_tree::append_path(tree.put(make_handle(2), root, "a"), text));
  BOOST_TEST(text == "was /mnt/a");
}

BOOST_AUTO_TEST_CASE(a_path_is_appended_with_a_name_in_the_directory)
{
  auto& top = tree.put_root(make_handle(9), "/");
  auto& a = tree.put(make_handle(2), root, "a");
  auto& b = tree.put(make_handle(3), top, "b");
  auto& slash = tree.put_root(make_handle(10), "/srv/"); // as a user may write it
  auto& c = tree.put(make_handle(4), slash, "c");
  const auto path_in = [](const directory_tree::entry& e, std::string_view name)
  {
    std::string path;
    directory_tree::append_path(e, directory_tree::place_of(e), name, path);
    return path;
  };
  BOOST_TEST(path_in(root, "name") == "/mnt/name");
  BOOST_TEST(path_in(a, "name") == "/mnt/a/name");
  BOOST_TEST(path_in(a, "") == "/mnt/a");
  BOOST_TEST(path_in(top, "name") == "/name");
  BOOST_TEST(path_in(top, "") == "/");
  BOOST_TEST(path_in(b, "name") == "/b/name");
  BOOST_TEST(path_in(slash, "") == "/srv/");
  BOOST_TEST(path_in(slash, "name") == "/srv/name");
  BOOST_TEST(path_in(c, "name") == "/srv/c/name");
}

BOOST_AUTO_TEST_CASE(a_place_is_that_of_a_directory_and_all_that_it_is_in)
{
  auto& a = tree.put(make_handle(2), root, "a", 7);
  auto& b = tree.put(make_handle(3), a, "b", 5);
  const auto where = directory_tree::place_of(b);
  BOOST_TEST(where.root == &root);
  BOOST_TEST(where.path_size == std::string("/mnt/a/b").size());
  BOOST_TEST(where.last_asked_in == 7U);
  BOOST_TEST(!where.is_deleted);
  tree.remove(root);
  BOOST_TEST(directory_tree::place_of(b).is_deleted);
  tree.detach(a);
  BOOST_TEST(directory_tree::place_of(b).root == nullptr);
}

BOOST_AUTO_TEST_CASE(a_directory_is_found_again_and_after_others)
{
  auto& a = tree.put(make_handle(2), root, "a");
  auto& b = tree.put(make_handle(3), root, "b");
  for (int turn = 0; turn < 2; ++turn)
  {
    BOOST_TEST(tree.find(make_handle(2)) == &a);
    BOOST_TEST(tree.find(make_handle(2)) == &a);
    BOOST_TEST(tree.find(make_handle(3)) == &b);
  }
  tree.clear();
  BOOST_TEST(tree.find(make_handle(3)) == nullptr);
}

BOOST_AUTO_TEST_CASE(what_is_below_a_directory_moves_with_it)
{
  auto& a = tree.put(make_handle(2), root, "a");
  auto& b = tree.put(make_handle(3), a, "b");
  auto& c = tree.put(make_handle(4), root, "c");
  tree.put(make_handle(2), c, "z");
  BOOST_TEST(path_of(b) == "/mnt/c/z/b");
}

BOOST_AUTO_TEST_CASE(of_two_at_one_place_the_older_is_somewhere_else)
{
  auto& a = tree.put(make_handle(2), root, "a");
  auto& b = tree.put(make_handle(3), a, "b");
  tree.put(make_handle(4), root, "a");
  BOOST_TEST(path_of(a) == "unknown");
  BOOST_TEST(path_of(b) == "unknown");
  BOOST_TEST(tree.find_at(root, "a") == tree.find(make_handle(4)));
}

BOOST_AUTO_TEST_CASE(none_is_below_itself)
{
  auto& a = tree.put(make_handle(2), root, "a");
  auto& b = tree.put(make_handle(3), a, "b");
  tree.put(make_handle(2), b, "a");
  BOOST_TEST(path_of(a) == "unknown");
  BOOST_TEST(path_of(b) == "unknown");
}

BOOST_AUTO_TEST_CASE(what_is_detached_is_known_again_when_it_is_put)
{
  auto& a = tree.put(make_handle(2), root, "a");
  auto& b = tree.put(make_handle(3), a, "b");
  tree.detach(a);
  BOOST_TEST(path_of(b) == "unknown");
  tree.put(make_handle(2), root, "again");
  BOOST_TEST(path_of(b) == "/mnt/again/b");
}

BOOST_AUTO_TEST_CASE(a_removed_directory_keeps_its_path_and_leaves_its_place)
{
  auto& a = tree.put(make_handle(2), root, "a");
  auto& b = tree.put(make_handle(3), a, "b");
  tree.remove(a);
  BOOST_TEST(path_of(b) == "/mnt/a/b");
  BOOST_TEST(is_deleted(b));
  auto& next = tree.put(make_handle(4), root, "a");
  BOOST_TEST(path_of(next) == "/mnt/a");
  BOOST_TEST(!is_deleted(next));
  tree.remove(a); // told twice
  BOOST_TEST(tree.find_at(root, "a") == &next);
}

BOOST_AUTO_TEST_CASE(a_handle_that_is_used_again_is_alive)
{
  auto& a = tree.put(make_handle(2), root, "a");
  tree.remove(a);
  tree.put(make_handle(2), root, "b");
  BOOST_TEST(!is_deleted(a));
  BOOST_TEST(path_of(a) == "/mnt/b");
}

BOOST_AUTO_TEST_CASE(above_the_limit_the_least_used_is_forgotten)
{
  for (const std::uint32_t inode : {2U, 3U, 4U, 5U})
  {
    tree.put(make_handle(inode), root, std::to_string(inode));
  }
  BOOST_TEST(tree.find(make_handle(2)) != nullptr); // so 3 is the least used
  tree.put(make_handle(6), root, "6");
  BOOST_TEST(tree.find(make_handle(3)) == nullptr);
  BOOST_TEST(tree.find(make_handle(2)) != nullptr);
  BOOST_TEST(tree.evictions() == 1U);
  BOOST_TEST(tree.size() == 5U); // and the root
  BOOST_TEST(tree.find_at(root, "3") == nullptr);
}

BOOST_AUTO_TEST_CASE(what_others_are_below_is_not_forgotten)
{
  auto* parent = &root;
  for (std::uint32_t inode = 2; inode < 10; ++inode)
  {
    parent = &tree.put(make_handle(inode), *parent, std::to_string(inode));
  }
  BOOST_TEST(path_of(*parent) == "/mnt/2/3/4/5/6/7/8/9");
  tree.put(make_handle(20), root, "other");
  BOOST_TEST(path_of(*tree.find(make_handle(20))) == "/mnt/other");
}

BOOST_AUTO_TEST_CASE(its_memory_does_not_grow_with_what_it_has_seen)
{
  for (std::uint32_t inode = 2; inode < 100; ++inode)
  {
    tree.put(make_handle(inode), root, std::to_string(inode));
  }
  const auto bytes = tree.bytes();
  for (std::uint32_t inode = 100; inode < 10'000; ++inode)
  {
    tree.put(make_handle(inode), root, "n" + std::to_string(inode % 10));
  }
  BOOST_TEST(tree.bytes() <= bytes);
  BOOST_TEST(tree.size() == 5U);
}

BOOST_AUTO_TEST_CASE(a_directory_takes_less_than_a_hundred_bytes)
{
  constexpr std::uint32_t count = 100'000;
  directory_tree large(count);
  auto& top = large.put_root(make_handle(1), "/");
  for (std::uint32_t inode = 2; inode < count; ++inode)
  {
    large.put(make_handle(inode), top, std::to_string(inode));
  }
  BOOST_TEST(large.bytes() < std::size_t{100} * count);
}

BOOST_AUTO_TEST_CASE(long_names_and_handles_are_kept_and_counted)
{
  const std::string name(255, 'n');
  std::vector<std::byte> bytes(fanio::file_handle::max_bytes, std::byte{7});
  const file_handle_view long_handle(make_handle(2).fsid(), make_handle(2).type(), bytes);
  tree.put(make_handle(2), root, "2");
  const auto before = tree.bytes();
  auto& a = tree.put(long_handle, root, name);
  BOOST_TEST(tree.bytes() == before + name.size() + bytes.size());
  BOOST_TEST(path_of(a) == "/mnt/" + name);
  BOOST_TEST((tree.handle_of(a) == long_handle));
  tree.put(long_handle, root, "short");
  BOOST_TEST(tree.bytes() == before + bytes.size());
  BOOST_TEST(path_of(a) == "/mnt/short");
  for (std::uint32_t inode = 3; inode < 20; ++inode)
  {
    tree.put(make_handle(inode), root, std::to_string(inode));
  }
  BOOST_TEST(tree.find(long_handle) == nullptr);
  BOOST_TEST(tree.bytes() == before);
}

BOOST_AUTO_TEST_CASE(equal_bytes_of_other_filesystems_and_kinds_are_other_directories)
{
  const std::array bytes{std::byte{1}, std::byte{2}};
  const auto on = [&bytes](std::int32_t fs, std::int32_t type)
  { return file_handle_view({{fs, 0}}, type, bytes); };
  directory_tree many(100);
  auto& top = many.put_root(make_handle(1), "/");
  for (std::int32_t i = 0; i < 10; ++i)
  {
    many.put(on(i, 1), top, "fs" + std::to_string(i));
    many.put(on(i, 2), top, "kind" + std::to_string(i));
  }
  std::string path;
  BOOST_TEST(directory_tree::append_path(*many.find(on(7, 1)), path));
  BOOST_TEST(directory_tree::append_path(*many.find(on(7, 2)), path));
  BOOST_TEST(path == "/fs7/kind7");
  BOOST_TEST(many.find(on(7, 3)) == nullptr);
  BOOST_TEST((many.handle_of(*many.find(on(7, 2))) == on(7, 2)));
}

BOOST_AUTO_TEST_CASE(filesystems_that_are_forgotten_make_room_for_others)
{
  const std::array bytes{std::byte{1}};
  for (std::int32_t fs = 0; fs < 70'000; ++fs)
  {
    tree.put(file_handle_view({{fs, 0}}, 1, bytes), root, std::to_string(fs));
  }
  BOOST_TEST(tree.size() == 5U);
}

BOOST_AUTO_TEST_CASE(directories_of_too_many_filesystems_are_an_error)
{
  const std::array bytes{std::byte{1}};
  directory_tree many(100'000);
  auto& top = many.put_root(make_handle(1), "/");
  std::int32_t fs = 1;
  const auto put_all = [&]
  {
    for (; fs < 70'000; ++fs)
    {
      many.put(file_handle_view({{fs, 0}}, 1, bytes), top, std::to_string(fs));
    }
  };
  BOOST_CHECK_THROW(put_all(), std::length_error);
  BOOST_TEST(fs == 65'535); // with that of the root
  BOOST_TEST(many.size() == 65'535U);
  BOOST_TEST(many.find(file_handle_view({{fs, 0}}, 1, bytes)) == nullptr);
}

BOOST_AUTO_TEST_CASE(nothing_is_left_after_clearing)
{
  tree.put(make_handle(2), root, "a");
  tree.clear();
  BOOST_TEST(tree.size() == 0U);
  BOOST_TEST(tree.find(make_handle(2)) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
