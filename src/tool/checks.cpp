#include "checks.hpp"

#include <algorithm>
#include <array>

namespace fanio::tool {

std::vector<check> all_checks()
{
  const std::array subjects{delivery_checks(),      ignore_checks(),       name_checks(),
                            execution_checks(),     process_checks(),      reading_checks(),
                            group_refusal_checks(), mark_refusal_checks(), permission_checks(),
                            answer_checks(),        closing_checks()};
  std::vector<check> all;
  for (const auto& subject : subjects)
  {
    all.insert(all.end(), subject.begin(), subject.end());
  }
  std::ranges::sort(all, {}, &check::id);
  return all;
}

} // namespace fanio::tool
