#include "outcome.hpp"

#include "statistics.hpp"

namespace fanio::bench {

row& outcome::add(std::string program, std::string metric, std::string unit)
{
  auto& added = rows_.emplace_back();
  added.program = std::move(program);
  added.metric = std::move(metric);
  added.unit = std::move(unit);
  return added;
}

void outcome::compare(row& what, const row& reference, std::optional<goal> to_reach)
{
  what.ratios.push_back({reference.program, quotients(what.values, reference.values), to_reach});
}

void outcome::leave_out(std::string what, std::string why)
{
  left_out_.emplace_back(std::move(what), std::move(why));
}

void outcome::could_not(std::string what, std::string why)
{
  could_not_.emplace_back(std::move(what), std::move(why));
}

void outcome::add(plot p)
{
  plots_.push_back(std::move(p));
}

} // namespace fanio::bench
