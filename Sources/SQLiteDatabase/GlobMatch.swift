import CSQLite

/// SQLite's own GLOB, for what was read already.
package enum GlobMatch {
  /// Whether a text matches a pattern exactly as `text GLOB pattern` has it. Neither may hold NUL.
  package static func matches(_ text: String, _ pattern: String) -> Bool {
    sqlite3_strglob(pattern, text) == 0
  }
}
