import SQLiteDatabase
import Testing

@testable import CatalogIndex

/// What errors of SQLite mean, when a statement of the catalog's own meets them.
@Suite struct IndexErrorTests {
  /// The result codes of sqlite.org/rescode.html; those above 255 are extended ones.
  static let codes: [Int32: IndexError.Code] = [
    1: .damaged, 2: .damaged, 11: .damaged, 16: .damaged, 17: .damaged, 18: .damaged, 19: .damaged, 20: .damaged,
    24: .damaged, 26: .damaged, 267: .damaged, 2067: .damaged, 5: .busy, 6: .busy, 15: .busy, 517: .busy,
    7: .inputOutput, 3082: .inputOutput, 10: .inputOutput, 14: .inputOutput, 13: .full, 4874: .full, 3: .cannotWrite,
    8: .cannotWrite,
  ]

  @Test(arguments: codes)
  func `A code says who is at fault, and its sentence holds no SQL`(code: Int32, expected: IndexError.Code) {
    let error = IndexError(
      SQLiteError(extendedCode: code, message: "it failed", sql: "SELECT asset_name FROM asset"), path: "/a/b")
    #expect(error.code == expected)
    #expect(error.message.contains("/a/b"))
    #expect(!error.message.contains("SELECT"))
  }
}
