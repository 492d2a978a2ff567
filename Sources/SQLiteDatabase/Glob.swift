internal import CSQLite

/// Patterns over names, as SQLite's GLOB matches them.
package enum Glob {
  /// Whether a name matches a pattern; neither may hold NUL.
  package static func matches(_ name: String, _ pattern: String) -> Bool {
    sqlite3_strglob(pattern, name) == 0
  }
}
