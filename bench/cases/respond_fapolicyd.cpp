#include "cases.hpp"
#include "fapolicyd.hpp"
#include "responder_contest.hpp"

#include <exception>
#include <filesystem>
#include <optional>
#include <string>

namespace fanio::bench {

namespace {

constexpr const char* one_rule = "allow perm=any all : all\n";

/// Eight that are asked and don't match, and one that does.
[[nodiscard]] std::string nine_rules()
{
  std::string rules;
  for (const char* name : {"a", "b", "c", "d"})
  {
    rules += std::string("deny perm=open exe=/no/such/program/") + name + " : all\n";
    rules += std::string("deny perm=open all : path=/no/such/file/") + name + '\n';
  }
  return rules + one_rule;
}

/// Where the package was unpacked by bench/get_fapolicyd.sh; an empty path if it was not.
[[nodiscard]] std::filesystem::path unpacked(const run_options& options)
{
  const auto directory = std::filesystem::path(options.programs) / "fapolicyd";
  return std::filesystem::exists(directory) ? directory : std::filesystem::path();
}

/// A policy, and the program that has it while this lives.
class policy
{
public:
  policy(responder_contest& contest, outcome& out, const run_options& options,
         const std::string& name, const std::string& suffix, const std::string& rules)
  {
    try
    {
      guard_.emplace(rules, unpacked(options));
      who_ = &contest.add(name, guard_->place(), guard_->start());
    }
    catch (const std::exception& e)
    {
      out.leave_out(name + suffix, e.what());
    }
  }

  [[nodiscard]] contestant* who() const noexcept { return who_; }

  void end() const
  {
    if (who_ == nullptr)
    {
      return;
    }
    try
    {
      responder_contest::check(*who_, fapolicyd_guard::end(*who_->program),
                               who_->opened + who_->failed);
    }
    catch (const std::exception& e)
    {
      who_->opens->doubts.push_back(e.what());
    }
  }

private:
  std::optional<fapolicyd_guard> guard_;
  contestant* who_ = nullptr;
};

/// The others allow and do nothing else: what fapolicyd takes beside them is that of its policy,
/// and is no ratio of fanio's. All are on a filesystem of the kind that fapolicyd is told to guard.
void respond_beside_fapolicyd(const run_options& options, outcome& out, const contest_size& size)
{
  responder_contest contest(options, out, size);
  auto* const blocking = contest.add("raw C, blocking", {"raw_respond_blocking"});
  auto* const callback = contest.add("fanio, callback", {"fanio_respond_callback"});
  const policy one(contest, out, options, "fapolicyd, one rule", size.suffix, one_rule);
  const policy nine(contest, out, options, "fapolicyd, nine rules", size.suffix, nine_rules());
  contest.run();
  one.end();
  nine.end();
  for (auto* const who : {blocking, callback})
  {
    if (who != nullptr)
    {
      contest.end(*who);
    }
  }

  contest.compare(callback, blocking);
  contest.compare(one.who(), blocking);
  contest.compare(nine.who(), blocking);
}

} // namespace

void respond_fapolicyd_case(const run_options& options, outcome& out)
{
  const auto turns = options.scaled<std::size_t>(8, 2);
  respond_beside_fapolicyd(options, out,
                           {.openers = 1,
                            .opens = options.scaled<std::size_t>(1000, 300),
                            .turns = turns,
                            .suffix = ", one opener",
                            .filesystem = fapolicyd_guard::filesystem});
  respond_beside_fapolicyd(options, out,
                           {.openers = 4,
                            .opens = options.scaled<std::size_t>(500, 100),
                            .turns = turns,
                            .suffix = ", four openers",
                            .filesystem = fapolicyd_guard::filesystem});
}

} // namespace fanio::bench
