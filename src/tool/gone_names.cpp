#include "gone_names.hpp"

namespace fanio::tool {

void gone_names::remove(std::string_view path)
{
  if (!paths_.emplace(path).second)
  {
    return;
  }
  order_.emplace_back(path);
  if (order_.size() > most_)
  {
    paths_.erase(order_.front());
    order_.pop_front();
  }
}

void gone_names::come(std::string_view path)
{
  if (const auto known = paths_.find(path); known != paths_.end())
  {
    paths_.erase(known);
  }
}

bool gone_names::has(std::string_view path) const
{
  return paths_.find(path) != paths_.end();
}

} // namespace fanio::tool
