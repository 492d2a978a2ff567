internal import SQLiteDatabase

extension IndexConnection {
  /// Whether this is another file than the one last used: restored, or copied.
  package borrowing func isUnknownFile() throws(IndexError) -> Bool {
    let known = try read { database throws(SQLiteError) in try TreeRows.state(from: database)?.file }
    return known.map { $0 != generation.file } ?? false
  }

  /// Looks through a file that is not the one that was last used. A copy that was made while the index was in use may
  /// mix two of its states, of which no stamp tells.
  ///
  /// Reads the whole file, if it is another.
  ///
  /// - Throws: `damaged`.
  package borrowing func examineUnknownFile() throws(IndexError) {
    guard try isUnknownFile() else { return }
    let damage = try read { database throws(SQLiteError) in try database.findDamage(limit: 1) }
    guard let first = damage.first else { return }
    throw IndexError(damage: "The index \(location.path) was copied or restored and is damaged (\(first))")
  }
}
