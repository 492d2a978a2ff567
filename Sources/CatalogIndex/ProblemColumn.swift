internal import ManifestModel
internal import SQLiteDatabase

/// The columns of `problem`, in the order of a row.
enum ProblemColumn: String, TableColumn {
  case rawPath = "raw_path"
  case kind
  case scope
  case path
  case message
  case seenAt = "seen_at"
  case assetName = "asset_name"
  case assetID = "asset_id"

  static let table = "problem"
  static let identity = [rawPath, kind]
  static let columns = allCases
  /// What another look at a problem may find: it keeps the time it was first seen.
  static let renewed = [scope, message]
}

extension Statement {
  /// Binds a row of `problem`.
  borrowing func bind(_ problem: IndexedProblem, of scope: [UInt8], seenAt time: Timestamp) throws(SQLiteError) {
    for column in ProblemColumn.columns {
      let parameter = column.place + 1
      switch column {
      case .rawPath: try bind(blob: problem.path, at: parameter)
      case .kind: try bind(problem.kind.rawValue, at: parameter)
      case .scope: try bind(blob: scope, at: parameter)
      case .path: try bind(TreeRows.displayPath(problem.path), at: parameter)
      case .message: try bind(problem.message, at: parameter)
      case .seenAt: try bind(time.microseconds, at: parameter)
      case .assetName: try bind(problem.asset?.name, at: parameter)
      case .assetID: try bind(problem.asset?.id, at: parameter)
      }
    }
  }

  /// The asset that a problem belongs to, of a row of which all columns are selected.
  borrowing func assetOfProblem() throws(SQLiteError) -> AssetIdentifier? {
    let (name, id) = (try optionalText(ProblemColumn.assetName), try optionalText(ProblemColumn.assetID))
    guard (name == nil) == (id == nil) else { throw SQLiteError(damage: "a problem belongs to half an asset") }
    return name.flatMap { name in id.map { AssetIdentifier(name: name, id: $0) } }
  }
}

extension ProblemScope {
  /// One problem, of a row of which all columns are selected.
  init(_ row: borrowing Statement) throws(SQLiteError) {
    let path = try row.blob(ProblemColumn.rawPath)
    guard try row.text(ProblemColumn.path).hasSameBytes(as: TreeRows.displayPath(path)) else {
      throw SQLiteError(damage: "a problem stands under another path than its own")
    }
    self.init(
      scope: try row.blob(ProblemColumn.scope),
      problems: [
        IndexedProblem(
          path: path, kind: try row.textChoice(ProblemColumn.kind.place), message: try row.text(ProblemColumn.message),
          asset: try row.assetOfProblem())
      ])
  }
}
