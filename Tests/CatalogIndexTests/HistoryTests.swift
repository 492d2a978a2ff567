import CatalogTestSupport
import ManifestModel
import SQLiteDatabase
import Testing

@testable import CatalogIndex

@Suite("Histories")
struct HistoryTests {
  private let asset = AssetIdentifier(name: "a", id: "1")

  /// The materialization of one run of an asset whose manifest was written at 100 and says that the run of that id
  /// materialized at 90: as the history of the asset has it, and as its list of runs.
  private func materialized(of id: String, begun start: Int64?) throws -> (history: Int64?, list: Int64?) {
    let index = try SyntheticIndex()
    try index.insert([
      SyntheticIndex.Asset(identifier: asset, runs: [SyntheticIndex.Run(id: id, result: 2, startedAt: start)])
    ])
    let file = try IndexFile.open(index.location, .writing)
    try file.write { connection throws(SQLiteError) in
      try connection.execute("UPDATE asset SET last_run_id = 'r1', last_run_materialized = 90, updated_at = 100")
    }
    let reader = try index.reader()
    var cursor = HistoryCursor(now: 1_000)
    let history = try #require(try cursor.next(10, from: reader).first)
    let list = try reader.runs(of: asset, at: 1_000)
    #expect(history.runs.map(\.runID) == [id])
    #expect(list.map(\.runID) == [id])
    return (history.runs.first?.materialized, list.first?.materialized)
  }

  @Test(
    "give a run the materialization that the manifest tells of it, unless it began again since, as lists of runs do",
    arguments: [("r1", 80, 90), ("r1", 100, 90), ("r1", nil, 90), ("r1", 101, nil), ("r2", 80, nil)]
      as [(String, Int64?, Int64?)])
  func begunAgain(id: String, start: Int64?, expected: Int64?) throws {
    let (history, list) = try materialized(of: id, begun: start)
    #expect(list == expected)
    #expect(history == expected)
  }
}
