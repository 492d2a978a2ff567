import ManifestModel
import SQLiteDatabase
import Testing

@testable import CatalogIndex

@Suite struct ProblemRowsTests {
  private func scope(_ names: [String], message: String = "stray") -> ProblemScope {
    ProblemScope(
      scope: Array("folder".utf8),
      problems: names.map {
        IndexedProblem(path: Array("folder/\($0)".utf8), kind: .notAFile, message: message, asset: nil)
      })
  }

  @Test func `What is as before is not written again, what is lifted goes, what is new comes`() throws {
    let folder = try IndexFolder()
    let index = try IndexFile.open(folder.location, .writing)
    func write(_ scope: ProblemScope, at time: Int64) throws -> Int64 {
      try index.write { database throws(SQLiteError) in
        let before = try database.int64("SELECT total_changes()")
        try TreeRows.write(scope, at: Timestamp(microseconds: time), into: database)
        return try database.int64("SELECT total_changes()") - before
      }
    }
    #expect(try write(scope(["a", "b", "c"]), at: 1) == 3)
    #expect(try write(scope(["a", "b", "c"]), at: 2) == 0)
    #expect(try write(scope(["b", "c", "d"]), at: 3) == 2)
    #expect(try write(scope(["b", "c", "d"], message: "other"), at: 4) == 3)
    let rows = try index.read { database throws(SQLiteError) in
      let statement = try database.prepare("SELECT path, message, seen_at FROM problem ORDER BY path")
      var rows: [String] = []
      while try statement.step() {
        rows.append("\(try statement.text(0)) \(try statement.text(1)) \(try statement.int64(2))")
      }
      return rows
    }
    #expect(rows == ["folder/b other 1", "folder/c other 1", "folder/d other 3"])
    #expect(try write(scope([]), at: 5) == 3)
  }

  @Test func `A row that should not be there means that the index is damaged`() throws {
    let folder = try IndexFolder()
    let index = try IndexFile.open(folder.location, .writing)
    var found: IndexError?
    do throws(IndexError) {
      try index.write { database throws(SQLiteError) in
        for _ in 1...2 { try database.execute("INSERT INTO folder VALUES ('twice', 1, 1, 1, 1)") }
      }
    } catch {
      found = error
    }
    #expect(found?.code == .damaged)
  }
}
