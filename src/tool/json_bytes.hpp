#pragma once

#include <boost/json/object.hpp>

#include <string_view>

namespace fanio::tool {

/// Adds a name, null if it is empty, which is not known. Where its bytes are no text, they stand
/// beside it as numbers, under the key with "_raw" behind it.
void put_bytes(boost::json::object& object, std::string_view key, std::string_view bytes);

} // namespace fanio::tool
