// Which bytes a group takes for an answer.

#include "../other_process.hpp"
#include "expect.hpp"
#include "needs.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <unistd.h>

namespace fanio::tool {

namespace {

/// The answer as the kernel reads it: struct fanotify_response.
struct raw_answer
{
  std::int32_t fd;
  std::uint32_t word;
};

constexpr std::uint32_t allowing = 0x1;
constexpr std::uint32_t denying = 0x2;
constexpr int whole = sizeof(raw_answer);

/// A file that another process opens, and waits.
struct request
{
  explicit request(trial& here) : file(here.write("file")), group(guard(here, file)), asker(file) {}

  static fanotify_handle guard(trial& here, const std::filesystem::path& file)
  {
    auto group = here.open(init_flags::class_content);
    group.add_mark(file, event_mask::open_perm);
    return group;
  }

  /// What write(2) must return for these bytes, or minus the errno.
  void expect_written(int expected, std::span<const raw_answer> answers, std::size_t bytes) const
  {
    const auto written = ::write(group.native_handle(), answers.data(), bytes);
    const auto got = written < 0 ? -errno : static_cast<int>(written);
    expect(got == expected, "an answer of " + std::to_string(bytes) + " bytes: expected " +
                                std::to_string(expected) + ", got " + std::to_string(got));
  }

  void expect_written(int expected, const raw_answer& answer) const
  {
    expect_written(expected, std::span(&answer, 1), sizeof answer);
  }

  std::filesystem::path file;
  fanotify_handle group;
  other_process asker;
};

void one_write_is_one_answer(trial& here)
{
  request asked(here);
  const auto one = only(here.read(asked.group));
  other_process second(asked.file);
  const auto other = only(here.read(asked.group));
  const std::array answers{raw_answer{one.fd(), denying}, raw_answer{other.fd(), denying}};
  asked.expect_written(whole, answers, sizeof answers);
  expect_result(EPERM, asked.asker.result());
  asked.group.respond(other, response::allow());
  expect_result(0, second.result());
}

void an_answer_has_eight_bytes(trial& here)
{
  request asked(here);
  const auto e = only(here.read(asked.group));
  const std::array answers{raw_answer{e.fd(), denying}, raw_answer{}};
  for (const std::size_t too_short : {0U, 1U, 4U, 7U})
  {
    asked.expect_written(-EINVAL, answers, too_short);
  }
  expect(!asked.asker.has_ended(), "it was taken for an answer");
  asked.expect_written(whole, answers, whole + 3);
  expect_result(EPERM, asked.asker.result());
}

void words_that_say_nothing_are_refused(trial& here)
{
  request asked(here);
  const auto e = only(here.read(asked.group));
  constexpr std::uint32_t with_audit = 0x10;
  constexpr std::uint32_t with_errno = static_cast<std::uint32_t>(EBUSY) << 24;
  for (const auto word :
       {0U, allowing | denying, 4U, 0x41U, allowing | with_audit, denying | with_errno})
  {
    asked.expect_written(-EINVAL, {e.fd(), word});
  }
  expect(!asked.asker.has_ended(), "it was taken for an answer");
  asked.group.respond(e, response::deny());
  expect_result(EPERM, asked.asker.result());
}

void only_pending_requests_are_answered(trial& here)
{
  request asked(here);
  const auto e = only(here.read(asked.group));
  const auto duplicate = e.take_fd();
  asked.expect_written(-ENOENT, {duplicate.get(), allowing});
  asked.expect_written(-ENOENT, {e.fd() + 1000, allowing});
  asked.expect_written(whole, {e.fd(), denying});
  asked.expect_written(-ENOENT, {e.fd(), allowing});
  expect_result(EPERM, asked.asker.result());
}

} // namespace

std::span<const check> answer_checks() noexcept
{
  static constexpr std::array checks{
      check{"X12", "one write is one answer", permission_events, one_write_is_one_answer},
      check{"X14", "an answer has eight bytes", permission_events, an_answer_has_eight_bytes},
      check{"X15", "a word that says nothing leaves who asked waiting", permission_events,
            words_that_say_nothing_are_refused},
      check{"X16", "only the number of a pending request is answered", permission_events,
            only_pending_requests_are_answered},
  };
  return checks;
}

} // namespace fanio::tool
