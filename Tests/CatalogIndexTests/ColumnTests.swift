import ManifestModel
import SQLiteDatabase
import Testing

@testable import CatalogIndex

@Suite("The list of a table's columns, and the equality of what stands in them")
struct ColumnTests {
  /// The columns of a table that hold a value of their own.
  private static func columns(of table: String, in database: borrowing Connection) throws -> Set<String> {
    let statement = try database.prepare("SELECT name FROM pragma_table_info('\(table)')")
    var names: Set<String> = []
    while try statement.step() { names.insert(try statement.text(0)) }
    return names
  }

  private static func expectAll<Column: TableColumn>(
    _ column: Column.Type, beside key: String?, in database: borrowing Connection
  ) throws {
    let listed = Column.columns.map(\.rawValue) + [key].compactMap(\.self)
    #expect(Set(listed) == (try columns(of: Column.table, in: database)))
    #expect(Set(listed).count == listed.count)
    #expect(Column.columns == Column.allCases)
    #expect(Column.columns.map(\.place) == Array(0..<Int32(listed.count - (key == nil ? 0 : 1))))
    #expect(Array(Column.columns.prefix(Column.identity.count)) == Column.identity)
  }

  @Test("every column of the newest schema is in its list, so that a row is written whole")
  func schema() throws {
    let folder = try IndexFolder()
    try IndexFile.open(folder.location, .writing).write(orThrow: { $0 as any Error }) { database in
      try Self.expectAll(AssetColumn.self, beside: "asset_key", in: database)
      try Self.expectAll(RunColumn.self, beside: "asset_key", in: database)
      try Self.expectAll(RunArtifactColumn.self, beside: "asset_key", in: database)
      try Self.expectAll(FolderColumn.self, beside: nil, in: database)
      try Self.expectAll(CatalogStateColumn.self, beside: nil, in: database)
    }
  }

  @Test("facts of a manifest that differ in one property are others, and a letter in another spelling is a difference")
  func manifestFacts() {
    let facts = ManifestFacts(
      signature: "\u{E9}", lastMaterialized: 1, lastStatus: .success, lastError: "\u{E9}", lastRunID: "\u{E9}",
      lastRunMaterialized: 1, lastRunMetadataPath: "\u{E9}", updatedAt: 1, isLossy: false)
    var others = Array(repeating: facts, count: 9)
    others[0].signature = "e\u{301}"
    others[1].lastMaterialized = nil
    others[2].lastStatus = .failed
    others[3].lastError = "e\u{301}"
    others[4].lastRunID = "e\u{301}"
    others[5].lastRunMaterialized = nil
    others[6].lastRunMetadataPath = "e\u{301}"
    others[7].updatedAt = nil
    others[8].isLossy = true
    #expect(Mirror(reflecting: facts).children.count == others.count)
    #expect(facts == facts)
    for other in others { #expect(facts != other) }
  }

  @Test("facts of a run that differ in one property are others, and a letter in another spelling is a difference")
  func runFacts() {
    let facts = RunFacts(
      startedAt: 1, materialized: 1, durationMilliseconds: 1, status: .success, error: "\u{E9}", traceback: "\u{E9}",
      assetPath: "\u{E9}", parameters: "\u{E9}", heartbeatAt: 1, heartbeatSeconds: 1)
    var others = Array(repeating: facts, count: 10)
    others[0].startedAt = nil
    others[1].materialized = nil
    others[2].durationMilliseconds = nil
    others[3].status = nil
    others[4].error = "e\u{301}"
    others[5].traceback = "e\u{301}"
    others[6].assetPath = "e\u{301}"
    others[7].parameters = "e\u{301}"
    others[8].heartbeatAt = nil
    others[9].heartbeatSeconds = nil
    #expect(Mirror(reflecting: facts).children.count == others.count)
    #expect(facts == facts)
    for other in others { #expect(facts != other) }
  }
}
