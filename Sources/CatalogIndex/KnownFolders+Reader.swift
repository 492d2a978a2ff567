package import ManifestModel
internal import SQLiteDatabase
package import StoredTree

extension KnownFolders {
  /// Reads what the index knows, over a connection of one thread's own.
  package final class Reader {
    let index: IndexConnection

    /// - Parameter deadline: until when to wait for others who have the file locked; `nil` for the usual time.
    package init(_ location: IndexLocation, until deadline: Deadline? = nil) throws(IndexError) {
      index = try IndexFile.open(location, .reading, until: deadline)
    }

    package func folders(after lower: String?, through upper: String?) throws(IndexError) -> [KnownFolder] {
      try index.read { database throws(SQLiteError) in
        try KnownFolders.read(after: lower, through: upper, from: database)
      }
    }

    package func runs(of key: Int64) throws(IndexError) -> [KnownRun] {
      try index.read { database throws(SQLiteError) in try KnownFolders.runs(of: key, from: database) }
    }

    /// The assets in one name folder, in the order of the bytes of their ids.
    package func assets(of name: String) throws(IndexError) -> [AssetIdentifier] {
      try index.read { database throws(SQLiteError) in try KnownFolders.assets(of: name, from: database) }
    }

    /// An asset with its artifacts and those of its runs.
    package func wholeAsset(_ asset: AssetIdentifier) throws(IndexError) -> IndexedAsset? {
      try index.read { database throws(SQLiteError) in try AssetRows.loadWhole(asset, from: database) }
    }

    /// How many assets the index has in a scope and close beside it, counted no further than to a number.
    package func count(in scope: NameScope, atMost most: Int) throws(IndexError) -> Int {
      try index.read { database throws(SQLiteError) in
        try KnownFolders.count(after: scope.lower, through: scope.upper, atMost: most, from: database)
      }
    }

    /// Assets that the index has, no more than a number, with equally many others between each two.
    package func landmarks(atMost most: Int) throws(IndexError) -> [AssetIdentifier] {
      try index.read { database throws(SQLiteError) in try KnownFolders.landmarks(atMost: most, from: database) }
    }

    /// Whether the index knows any folder at all.
    package func hasAny() throws(IndexError) -> Bool {
      try index.read { database throws(SQLiteError) in
        try database.withStatement("SELECT EXISTS (SELECT 1 FROM folder)") { statement throws(SQLiteError) in
          try statement.step() ? statement.int64(0) != 0 : false
        }
      }
    }

    package func state() throws(IndexError) -> CatalogState? {
      try index.read { database throws(SQLiteError) in try TreeRows.state(from: database) }
    }

    package func problemCount() throws(IndexError) -> Int {
      try index.read { database throws(SQLiteError) in try TreeRows.problemCount(in: database) }
    }

    /// The problems of a folder and of everything in it, each with the place that was looked at when it was found.
    package func problems(beneath folder: [UInt8]) throws(IndexError) -> [ProblemScope] {
      try index.read { database throws(SQLiteError) in try TreeRows.problems(beneath: folder, from: database) }
    }

    /// Those of all problems that a condition holds for.
    package func problems(where condition: (ProblemScope) -> Bool) throws(IndexError) -> [ProblemScope] {
      try index.read { database throws(SQLiteError) in
        var found: [ProblemScope] = []
        try TreeRows.withProblems(of: database) { if condition($0) { found.append($0) } }
        return found
      }
    }

    /// What is wrong with the file, as far as it can be told without the tree, a sentence each; empty where nothing is.
    ///
    /// SQLite compares every index with its table. Rows that belong to nothing are found as well: no question would
    /// meet them, but the views of the index do.
    package func damage() throws(IndexError) -> [String] {
      try index.read { database throws(SQLiteError) in
        var found = try database.findDamage(isFull: true, limit: 20)
        if found.isEmpty { found = try IndexSoundness.findStrays(in: database) }
        return found
      }
    }
  }
}
