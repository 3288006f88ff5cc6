// Where directories are: pure, and by what it is told.

#include "support/event_bytes.hpp"

#include <boost/test/unit_test.hpp>

#include <resolve/directory_tree.hpp>
#include <string>

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

BOOST_AUTO_TEST_CASE(nothing_is_left_after_clearing)
{
  tree.put(make_handle(2), root, "a");
  tree.clear();
  BOOST_TEST(tree.size() == 0U);
  BOOST_TEST(tree.find(make_handle(2)) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
