internal import ManifestModel
internal import SQLiteDatabase

extension QuestionSQL {
  /// Assets after (name ?1, id ?2), with names below ?3 that match ?4, each with all its runs; those of one asset
  /// follow one another. A blob for ?3 is above every text.
  static let histories = StatementText(
    keeping: """
      SELECT \(RunEntry.EndColumn.selection), \(AssetHistory.Column.selection)
      FROM asset LEFT JOIN run ON run.asset_key = asset.asset_key AND run.result IS NOT NULL
      WHERE asset.known = 1 AND (asset.asset_name, asset.asset_id) > (?1, ?2) AND asset.asset_name < ?3
        AND +asset.asset_name GLOB ?4
      ORDER BY asset.asset_name, asset.asset_id
      """)
}

/// Which id of a name materialized last; of several at one time the first. The ids of a name follow one another.
struct NewestOfName {
  private var name: String?
  private var id: String?

  mutating func isSuperseded(
    _ asset: AssetIdentifier, at now: Int64, _ reader: borrowing IndexReader
  ) throws(IndexError) -> Bool {
    if !name.hasSameBytes(as: asset.name) {
      name = asset.name
      id = try reader.newestID(of: asset.name, at: now)
    }
    return id.map { !$0.hasSameBytes(as: asset.id) } ?? false
  }
}

extension IndexReader {
  /// The id of a name that materialized last, not ahead of the clock; of several at one time, or if none did, the
  /// first.
  borrowing func newestID(of name: String, at now: Int64) throws(IndexError) -> String? {
    let ids = try rows(QuestionSQL.configurations) { statement throws(SQLiteError) in
      try statement.bind(name, at: 1)
      try statement.bind("*", at: 2)
    } entry: { row throws(SQLiteError) in
      (id: try row.text(0), time: try row.optionalInt64(2))
    }
    var newest: (id: String, time: Int64)?
    for (id, time) in ids {
      guard let time = try passingOver(time, of: AssetIdentifier(name: name, id: id), at: now) else { continue }
      if newest.map({ time > $0.time }) ?? true { newest = (id, time) }
    }
    return newest?.id ?? ids.first?.id
  }
}

extension AssetHistory {
  /// What `histories` selects after the ends of a run.
  enum Column: Int32, SelectedColumn {
    case key
    case assetName
    case assetID
    case lastMaterialized
    case unread
    case runMaterialized

    static let first = RunEntry.EndColumn.count

    var sql: String {
      switch self {
      case .key: "asset.asset_key"
      case .assetName: "asset.asset_name"
      case .assetID: "asset.asset_id"
      case .lastMaterialized: "asset.last_materialized"
      case .unread: "asset.unread"
      case .runMaterialized: RunEntry.toldMaterialized(of: "run")
      }
    }
  }

  /// Without its runs.
  init(_ row: borrowing Statement) throws(SQLiteError) {
    self.init(
      try row.asset(name: Column.assetName, id: Column.assetID),
      lastMaterialized: try row.optionalInt64(Column.lastMaterialized), isUnknown: try row.bool(Column.unread))
  }

  /// The run of a row; `nil` where the asset has none.
  func run(_ row: borrowing Statement) throws(SQLiteError) -> RunEntry? {
    if row.isNull(RunEntry.EndColumn.runID.place) { return nil }
    return try RunEntry(
      ends: row, of: asset, materialized: try row.optionalInt64(Column.runMaterialized),
      lastMaterialized: lastMaterialized)
  }
}
