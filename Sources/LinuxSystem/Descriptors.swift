internal import Glibc

/// The descriptors of this process.
package enum Descriptors {
  /// How many more may be opened; `nil` where nothing holds them back, or the system does not say.
  package static func free() -> Int? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < rlim_t(Int32.max),
      let folder = opendir("/proc/self/fd")
    else { return nil }
    defer { closedir(folder) }
    // The two dots, and the descriptor of the listing itself.
    var open = -3
    while readdir(folder) != nil { open += 1 }
    return max(0, Int(limit.rlim_cur) - open)
  }
}
