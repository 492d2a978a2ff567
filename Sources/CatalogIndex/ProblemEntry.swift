package import ManifestModel
internal import SQLiteDatabase

/// One recorded problem.
package struct ProblemEntry: Sendable {
  /// The bytes of the path, by which problems are ordered.
  package let rawPath: [UInt8]
  package let kind: ProblemKind
  /// The path for people.
  package let path: String
  package let message: String
  package let seenAt: Int64
  package let asset: AssetIdentifier?

  package init(
    rawPath: [UInt8], kind: ProblemKind, path: String, message: String, seenAt: Int64, asset: AssetIdentifier?
  ) {
    self.rawPath = rawPath
    self.kind = kind
    self.path = path
    self.message = message
    self.seenAt = seenAt
    self.asset = asset
  }
}

extension ProblemEntry {
  static let columns = ProblemColumn.selection(except: [.scope])

  /// Of those columns.
  init(_ row: borrowing Statement) throws(SQLiteError) {
    self.init(
      rawPath: try row.blob(ProblemColumn.rawPath), kind: try row.textChoice(ProblemColumn.kind.place),
      path: try row.text(ProblemColumn.path), message: try row.text(ProblemColumn.message),
      seenAt: try row.int64(ProblemColumn.seenAt), asset: try row.assetOfProblem())
  }
}
