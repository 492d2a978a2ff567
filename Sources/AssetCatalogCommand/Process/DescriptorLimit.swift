import Glibc

/// How many files the program may have open.
enum DescriptorLimit {
  /// Raises the limit to what the system allows. Not for a program that runs commands: they would inherit it, and
  /// select(2) fails in those that have more than 1024 descriptors.
  static func raise() {
    var limit = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(resource, &limit)
  }
}
