package import ManifestModel
internal import SQLiteDatabase

/// One recorded problem.
package struct ProblemEntry: Sendable {
  /// The bytes of the path, by which problems are ordered.
  package let rawPath: [UInt8]
  package let kind: String
  /// The path for people.
  package let path: String
  package let message: String
  package let seenAt: Int64
  package let asset: AssetIdentifier?

  package init(
    rawPath: [UInt8], kind: String, path: String, message: String, seenAt: Int64, asset: AssetIdentifier?
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
  static let columns = "raw_path, kind, path, message, seen_at, asset_name, asset_id"

  /// Of those columns.
  init(_ row: borrowing Statement) throws(SQLiteError) {
    var asset: AssetIdentifier?
    if let name = try row.optionalText(5), let id = try row.optionalText(6) {
      asset = AssetIdentifier(name: name, id: id)
    }
    self.init(
      rawPath: try row.blob(0), kind: try row.text(1), path: try row.text(2), message: try row.text(3),
      seenAt: try row.int64(4), asset: asset)
  }
}
