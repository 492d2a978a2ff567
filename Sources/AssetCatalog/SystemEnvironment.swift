internal import Glibc

/// The variables of the process that say where things are.
enum SystemEnvironment {
  /// `XDG_CACHE_HOME` and `HOME`, where they are set.
  static var variables: [String: String] {
    var variables: [String: String] = [:]
    for name in ["HOME", "XDG_CACHE_HOME"] {
      if let value = getenv(name) { variables[name] = String(cString: value) }
    }
    return variables
  }

  /// `TZDIR`, where the time zones are, if it is set.
  static var zoneFolder: String? { getenv("TZDIR").map { String(cString: $0) } }
}
