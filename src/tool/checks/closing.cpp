// A group that ends while somebody waits for it: nobody stays blocked.

#include "../other_process.hpp"
#include "expect.hpp"
#include "needs.hpp"

#include <array>
#include <deque>

#include <unistd.h>

namespace fanio::tool {

namespace {

fanotify_handle guard(trial& here, const std::filesystem::path& file)
{
  auto group = here.open(init_flags::class_content);
  group.add_mark(file, event_mask::open_perm);
  return group;
}

void a_close_frees_a_crowd(trial& here)
{
  constexpr std::size_t askers = 4;
  const auto file = here.write("file");
  auto group = guard(here, file);
  std::deque<other_process> crowd;
  for (std::size_t i = 0; i < askers; ++i)
  {
    crowd.emplace_back(file);
  }
  await_queued(group, askers);
  const auto unanswered = here.read(group);
  expect(unanswered.size() == askers, "not all who wait were told");
  group.close();
  for (auto& asker : crowd)
  {
    expect_result(0, asker.result());
  }
}

void a_close_frees_who_was_read_and_who_was_not(trial& here)
{
  const auto file = here.write("file");
  auto group = guard(here, file);
  other_process read(file);
  const auto e = only(here.read(group));
  other_process queued(file);
  await_queued(group, 1);
  group.close();
  expect_result(0, read.result());
  expect_result(0, queued.result());
  expect(::lseek(e.fd(), 0, SEEK_END) == 4, "the descriptor of the event went with the group");
}

} // namespace

std::span<const check> closing_checks() noexcept
{
  static constexpr std::array checks{
      check{"F02", "closing the group frees all who wait", permission_events,
            a_close_frees_a_crowd},
      check{"F03", "closing the group frees who was read and who was not", permission_events,
            a_close_frees_who_was_read_and_who_was_not},
  };
  return checks;
}

} // namespace fanio::tool
