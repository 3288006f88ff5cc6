#include "json_bytes.hpp"

#include "escape.hpp"

#include <boost/json/array.hpp>

#include <string>
#include <utility>

namespace fanio::tool {

void put_bytes(boost::json::object& object, std::string_view key, std::string_view bytes)
{
  if (bytes.empty())
  {
    object.emplace(key, nullptr);
    return;
  }
  object.emplace(key, replace_non_utf8(bytes));
  if (!is_utf8(bytes))
  {
    boost::json::array raw;
    for (const char c : bytes)
    {
      raw.emplace_back(static_cast<unsigned char>(c));
    }
    object.emplace(std::string(key) + "_raw", std::move(raw));
  }
}

} // namespace fanio::tool
