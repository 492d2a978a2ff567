internal import ManifestModel
internal import SQLiteDatabase
internal import StoredTree

/// Writes what concerns the tree more than any asset: folders, problems, and the row about the index itself.
package enum TreeRows {
  // MARK: Folders

  static func write(
    folder name: String, _ seen: SeenFile, into database: borrowing Connection
  ) throws(SQLiteError) {
    var row = RowBlock()
    row.append(folder: name, seen)
    try run(writeFolder, with: row, in: database)
  }

  /// Makes sure that a name folder has a row, since assets without one are not found: one that says to list the folder.
  static func ensure(folder name: String, in database: borrowing Connection) throws(SQLiteError) {
    var row = RowBlock()
    row.append(folder: name, SeenFile(.none, isTrusted: false))
    try run(ensureFolder, with: row, in: database)
  }

  static func remove(folder name: String, from database: borrowing Connection) throws(SQLiteError) {
    try database.withStatement("DELETE FROM folder WHERE asset_name = ?1") { statement throws(SQLiteError) in
      try statement.bind(name, at: 1)
      try statement.run()
    }
  }

  /// For folders that are new.
  static let folderInsertion = FolderColumn.insertion

  private static let writeFolder = StatementText(keeping: FolderColumn.upsert)
  private static let ensureFolder = StatementText(keeping: FolderColumn.upsert(changing: []))

  /// Runs a statement that writes one row.
  private static func run(
    _ sql: StatementText, with row: RowBlock, in database: borrowing Connection
  ) throws(SQLiteError) {
    try row.withReader { block throws(SQLiteError) in
      try database.withStatement(sql) { statement throws(SQLiteError) in
        try statement.bind(inPlace: 0..<row.count, of: block, at: 1)
        try statement.run()
      }
    }
  }

  // MARK: Problems

  /// Replaces what an earlier look at the same place found; a problem that persists keeps the time it was first seen.
  static func write(
    _ scope: ProblemScope, at time: Timestamp, into database: borrowing Connection
  ) throws(SQLiteError) {
    if scope.problems.isEmpty {
      try database.withStatement("DELETE FROM problem WHERE scope = ?1") { statement throws(SQLiteError) in
        try statement.bind(blob: scope.scope, at: 1)
        try statement.run()
      }
      return
    }
    var standing = try database.withStatement(selectProblemsOfScope) { statement throws(SQLiteError) in
      try statement.bind(blob: scope.scope, at: 1)
      var standing: [ProblemKey: String] = [:]
      while try statement.step() {
        let key = ProblemKey(
          path: try statement.blob(ProblemColumn.rawPath), kind: try statement.text(ProblemColumn.kind))
        standing[key] = try statement.text(ProblemColumn.message)
      }
      return standing
    }
    // A folder may hold a hundred thousand things that do not belong there: what is as before is not written again.
    let news = scope.problems.filter { problem in
      let message = standing.removeValue(forKey: ProblemKey(path: problem.path, kind: problem.kind.rawValue))
      return message.map { !$0.hasSameBytes(as: problem.message) } ?? true
    }
    for lifted in standing.keys {
      try database.withStatement("DELETE FROM problem WHERE raw_path = ?1 AND kind = ?2") {
        statement throws(SQLiteError) in
        try statement.bind(blob: lifted.path, at: 1)
        try statement.bind(lifted.kind, at: 2)
        try statement.run()
      }
    }
    for problem in news {
      try database.withStatement(writeProblem) { statement throws(SQLiteError) in
        try statement.bind(problem, of: scope.scope, seenAt: time)
        try statement.run()
      }
    }
  }

  private struct ProblemKey: Hashable {
    var path: [UInt8]
    var kind: String
  }

  /// Removes the problems of a folder that is gone, and of everything that was in it.
  static func removeProblems(
    beneath folder: [UInt8], from database: borrowing Connection
  ) throws(SQLiteError) {
    // "0" follows "/", so that this is the range of all paths in the folder.
    try database.withStatement("DELETE FROM problem WHERE raw_path = ?1 OR (raw_path > ?2 AND raw_path < ?3)") {
      statement throws(SQLiteError) in
      try statement.bind(blob: folder, at: 1)
      try statement.bind(blob: folder + [UInt8(ascii: "/")], at: 2)
      try statement.bind(blob: folder + [UInt8(ascii: "0")], at: 3)
      try statement.run()
    }
  }

  /// The problems of a folder and of everything in it.
  static func problems(
    beneath folder: [UInt8], from database: borrowing Connection
  ) throws(SQLiteError) -> [ProblemScope] {
    try database.withStatement(selectProblemsBeneath) { statement throws(SQLiteError) in
      try statement.bind(blob: folder, at: 1)
      try statement.bind(blob: folder + [UInt8(ascii: "/")], at: 2)
      try statement.bind(blob: folder + [UInt8(ascii: "0")], at: 3)
      var problems: [ProblemScope] = []
      while try statement.step() { problems.append(try ProblemScope(statement)) }
      return problems
    }
  }

  /// Gives every problem.
  static func withProblems(
    of database: borrowing Connection, _ body: (ProblemScope) -> Void
  ) throws(SQLiteError) {
    try database.withStatement(selectProblems) { statement throws(SQLiteError) in
      while try statement.step() { body(try ProblemScope(statement)) }
    }
  }

  private static let selectProblems = StatementText(keeping: "SELECT \(ProblemColumn.selection()) FROM problem")

  private static let selectProblemsOfScope = StatementText(
    keeping: "SELECT \(ProblemColumn.selection()) FROM problem WHERE scope = ?1")

  private static let selectProblemsBeneath = StatementText(
    keeping: """
      SELECT \(ProblemColumn.selection()) FROM problem
      WHERE raw_path = ?1 OR (raw_path > ?2 AND raw_path < ?3)
      """)

  private static let writeProblem = StatementText(keeping: ProblemColumn.upsert(changing: ProblemColumn.renewed))

  static func problemCount(in database: borrowing Connection) throws(SQLiteError) -> Int {
    try database.withStatement("SELECT count(*) FROM problem") { statement throws(SQLiteError) in
      try statement.step() ? Int(statement.int64(0)) : 0
    }
  }

  /// A path for people: bytes that are not UTF-8 as `\xNN`, the rest as it is.
  package static func displayPath(_ path: [UInt8]) -> String {
    if let text = String(validating: path, as: UTF8.self) { return text }
    var result = ""
    var rest = path[...]
    while let first = rest.first {
      // The longest scalar that is valid here, at most four bytes.
      let length = (1...4).first { $0 <= rest.count && String(validating: rest.prefix($0), as: UTF8.self) != nil }
      if let length {
        result += String(decoding: rest.prefix(length), as: UTF8.self)
        rest = rest.dropFirst(length)
      } else {
        let digits = String(first, radix: 16, uppercase: true)
        result += "\\x" + (digits.count == 1 ? "0" : "") + digits
        rest = rest.dropFirst()
      }
    }
    return result
  }

  // MARK: The index itself

  /// The row about the index, or `nil` before the first reconcile wrote it.
  static func state(from database: borrowing Connection) throws(SQLiteError) -> CatalogState? {
    try database.withStatement(selectState) { statement throws(SQLiteError) in
      try statement.step() ? try CatalogState(statement) : nil
    }
  }

  /// Remembers the database file that holds, or is to hold, all this.
  static func remember(_ file: CatalogState.File, in database: borrowing Connection) throws(SQLiteError) {
    // A schema that is not the newest has no place for it.
    let place: StaticString = "SELECT count(*) FROM pragma_table_info('catalog_state') WHERE name = 'file_inode'"
    guard try database.int64(place) > 0 else { return }
    try database.withStatement("UPDATE catalog_state SET file_device = ?1, file_inode = ?2") {
      statement throws(SQLiteError) in
      try statement.bind(Int64(bitPattern: file.device), at: 1)
      try statement.bind(Int64(bitPattern: file.inode), at: 2)
      try statement.run()
    }
  }

  static func write(_ state: CatalogState, into database: borrowing Connection) throws(SQLiteError) {
    var row = RowBlock()
    row.append(state)
    try run(writeState, with: row, in: database)
  }

  private static let selectState = StatementText(
    keeping: "SELECT \(CatalogStateColumn.selection()) FROM catalog_state")

  private static let writeState = StatementText(keeping: CatalogStateColumn.upsert)
}
