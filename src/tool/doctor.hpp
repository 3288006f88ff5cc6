#pragma once

namespace fanio::tool {

/// Prints what this kernel and this user can do with fanotify: for people, or as a JSON object.
void doctor(bool json);

} // namespace fanio::tool
